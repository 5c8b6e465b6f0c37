#include "agent/config_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/container_access.h"
#include "agent/script_launcher.h"
#include "agent_protocol/image_config.h"
#include "container/gpu_devices.h"
#include "container/host_network.h"

namespace sagebrush::agent {
namespace {

namespace json = boost::json;
using namespace agent_protocol;

const json::value* find(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value && !value->is_null() ? value : nullptr;
}

std::string text_of(const json::object& object, const char* name, const char* otherwise) {
  const auto* value = find(object, name);
  return value && value->is_string() ? std::string(value->get_string()) : otherwise;
}

const json::array& channels_of(const Spec& spec) {
  static const json::array kNone;
  const auto* channels = find(spec.request, "InputDataConfig");
  return channels && channels->is_array() ? channels->get_array() : kNone;
}

const json::object& member_object(const json::object& object, const char* name) {
  static const json::object kNone;
  const auto* value = find(object, name);
  return value && value->is_object() ? value->get_object() : kNone;
}

// A server that knew one host only named no group.
std::string group_of(const SpecHost& host) {
  return host.group.empty() ? "homogeneousCluster" : host.group;
}

// False for a channel of other instance groups than this host's.
bool is_for(const Spec& spec, const json::object& source) {
  const auto* groups = find(source, "InstanceGroupNames");
  if (!groups || !groups->is_array() || groups->get_array().empty()) return true;
  return std::ranges::any_of(spec.hosts, [&](const SpecHost& host) {
    return host.name == spec.host &&
           std::ranges::find(groups->get_array(), json::value(group_of(host))) !=
               groups->get_array().end();
  });
}

}  // namespace

json::object input_data_config(const Spec& spec) {
  json::object out;
  const auto& algorithm = member_object(spec.request, "AlgorithmSpecification");
  const std::string mode = text_of(algorithm, "TrainingInputMode", "File");
  for (const auto& value : channels_of(spec)) {
    if (!value.is_object()) continue;
    const auto& channel = value.get_object();
    const auto& source = member_object(member_object(channel, "DataSource"), "S3DataSource");
    if (!is_for(spec, source)) continue;
    json::object entry{
        {"TrainingInputMode", text_of(channel, "InputMode", mode.c_str())},
        {"S3DistributionType", text_of(source, "S3DataDistributionType", "FullyReplicated")},
        {"RecordWrapperType", text_of(channel, "RecordWrapperType", "None")}};
    if (const auto* type = find(channel, "ContentType")) entry["ContentType"] = *type;
    out[text_of(channel, "ChannelName", "")] = std::move(entry);
  }
  return out;
}

json::object resource_config(const Spec& spec) {
  std::vector<std::string> names;
  std::map<std::string, json::object> groups;
  std::string own;
  for (const auto& host : spec.hosts) {
    names.push_back(host.name);
    const std::string group = group_of(host);
    if (host.name == spec.host) own = group;
    json::object& entry = groups[group];
    entry["instance_group_name"] = group;
    entry["instance_type"] = host.instance_type.empty() ? spec.instance_type : host.instance_type;
    json::value& members = entry["hosts"];
    if (!members.is_array()) members.emplace_array();
    members.get_array().emplace_back(host.name);
  }
  std::ranges::sort(names);  // as text: SageMaker puts algo-10 before algo-2, and ranks follow it
  json::array listed;
  for (auto& [name, entry] : groups) listed.emplace_back(std::move(entry));
  return {{"current_host", spec.host},
          {"current_instance_type", spec.instance_type},
          {"current_group_name", own},
          {"hosts", json::array(names.begin(), names.end())},
          {"instance_groups", std::move(listed)},
          {"network_interface_name", container::kHostInterface}};
}

std::map<std::string, std::string> config_files(const Spec& spec) {
  const auto& request = spec.request;
  const auto& algorithm = member_object(request, "AlgorithmSpecification");
  const auto* metrics = find(algorithm, "MetricDefinitions");
  std::map<std::string, json::value> files{
      {"hyperparameters.json", member_object(request, "HyperParameters")},
      {"inputdataconfig.json", input_data_config(spec)},
      {"resourceconfig.json", resource_config(spec)},
      {"metric-definition-regex.json", metrics ? *metrics : json::value(json::array())},
      {"trainingjobconfig.json", request},
      {"upstreamoutputdataconfig.json", member_object(request, "OutputDataConfig")}};
  const std::pair<const char*, const char*> optional[] = {
      {"DebugHookConfig", "debughookconfig.json"},
      {"ProfilerConfig", "profilerconfig.json"},
      {"CheckpointConfig", "checkpointconfig.json"}};
  for (const auto& [member, file] : optional) {
    if (const auto* value = find(request, member)) files[file] = *value;
  }
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : files) out[name] = json::serialize(value);
  return out;
}

std::map<std::string, std::string> manifest_files(const Spec& spec, const Inputs& inputs) {
  std::map<std::string, std::string> out;
  for (const auto& value : channels_of(spec)) {
    if (!value.is_object()) continue;
    const auto& source =
        member_object(member_object(value.get_object(), "DataSource"), "S3DataSource");
    const std::string type = text_of(source, "S3DataType", "S3Prefix");
    const std::string name = text_of(value.get_object(), "ChannelName", "");
    for (const auto& channel : inputs.channels) {
      if (channel.name != name) continue;
      if (type == "AugmentedManifestFile") out[name + "-manifest"] = channel.augmented_manifest;
      if (type != "ManifestFile") continue;
      json::array list{{{"prefix", "/opt/ml/input/data/" + name + "/"}}};
      for (const auto& file : channel.files) list.emplace_back(file.path);
      out[name + "-manifest"] = json::serialize(list);
    }
  }
  return out;
}

std::vector<std::string> environment(const Spec& spec) {
  const bool builtin = spec.image.kind == ImageKind::kBuiltin;
  std::map<std::string, std::string> all{
      {"PATH", std::string(builtin ? "/opt/sagebrush/bin:" : "") +
                   "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"HOME", "/root"}};
  if (spec.image.registry) {
    for (const auto& variable : ImageConfig::of(spec.image.registry->config).environment) {
      const auto equals = variable.find('=');
      all[variable.substr(0, equals)] = variable.substr(equals + 1);
    }
  }
  const std::map<std::string, std::string> ours{
      {"HOSTNAME", spec.host},
      {"TRAINING_JOB_NAME", spec.job_name},
      {"TRAINING_JOB_ARN", spec.job_arn},
      {"AWS_REGION", spec.region},
      {"AWS_DEFAULT_REGION", spec.region},
      {"AWS_EXECUTION_ENV", "AWS_ECS_EC2"},
      {"SAGEMAKER_METRICS_DIRECTORY", "/opt/ml/output/metrics/sagemaker"},
      {"DMLC_INTERFACE", container::kHostInterface}};
  for (const auto& [name, value] : ours) all[name] = value;
  for (const auto& variable : container::gpu_environment(spec.limits.gpus)) {
    const auto equals = variable.find('=');
    all[variable.substr(0, equals)] = variable.substr(equals + 1);
  }
  if (const Rank rank = rank_of(spec); rank.count > 1) {
    // torch's env://, for scripts that start one process a host without a launcher.
    all["MASTER_ADDR"] = rank.master;
    all["MASTER_PORT"] = kMasterPort;
    all["RANK"] = std::to_string(rank.own);
    all["WORLD_SIZE"] = std::to_string(rank.count);
    all["LOCAL_RANK"] = "0";
    all["NCCL_SOCKET_IFNAME"] = container::kHostInterface;
    all["GLOO_SOCKET_IFNAME"] = container::kHostInterface;
  }
  if (builtin) {
    all["OMP_NUM_THREADS"] = std::to_string(spec.limits.cpus);
    all["OMP_WAIT_POLICY"] = "passive";
    all["OPENBLAS_NUM_THREADS"] = "1";
  }
  all.merge(access_variables(spec));
  for (const auto& [name, value] : member_object(spec.request, "Environment")) {
    if (value.is_string()) all[name] = std::string(value.get_string());
  }
  std::vector<std::string> out;
  for (const auto& [name, value] : all) out.push_back(fmt::format("{}={}", name, value));
  return out;
}

std::filesystem::path checkpoint_path(const Spec& spec) {
  const auto& config = member_object(spec.request, "CheckpointConfig");
  std::filesystem::path path = text_of(config, "LocalPath", "/opt/ml/checkpoints");
  path = path.lexically_normal();
  return path.filename().empty() ? path.parent_path() : path;
}

}  // namespace sagebrush::agent
