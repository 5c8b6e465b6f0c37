#include "agent/script_environment.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "agent/config_files.h"
#include "agent/python_value.h"
#include "agent/script_launcher.h"

namespace sagebrush::agent {
namespace {

namespace json = boost::json;
using agent_protocol::Spec;

// A launcher of its own for the hosts of a group, in the toolkit's words.
constexpr const char* kGroupLaunchers[] = {"sagemaker_mpi_enabled",
                                           "sagemaker_parameter_server_enabled",
                                           "sagemaker_distributed_dataparallel_enabled",
                                           "sagemaker_pytorch_ddp_enabled",
                                           "sagemaker_pytorch_xla_multi_worker_enabled",
                                           "sagemaker_multi_worker_mirrored_strategy_enabled"};

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string module_name(const std::string& program) {
  return program.ends_with(".py") ? program.substr(0, program.size() - 3) : program;
}

bool is_on(const json::object& map, const char* name) {
  const auto* value = map.if_contains(name);
  return value && value->is_bool() && value->get_bool();
}

const json::value& at(const json::object& map, const char* name) {
  static const json::value kNull;
  const auto* value = map.if_contains(name);
  return value ? *value : kNull;
}

// Of the container: the job's own, else the image's.
std::string variable_of(const Spec& spec, const std::string& name) {
  for (const auto& variable : environment(spec)) {
    if (variable.starts_with(name + "=")) return variable.substr(name.size() + 1);
  }
  return "";
}

// What a host's group says of itself in resourceconfig.json.
struct Groups {
  std::string current;
  json::array current_hosts, names, distribution, distribution_hosts;
  json::object by_name;
};

Groups groups_of(const json::object& resources, const ScriptJob& job) {
  Groups out;
  if (const auto* name = at(resources, "current_group_name").if_string()) out.current = *name;
  if (const auto* given = at(job.framework, "sagemaker_distribution_instance_groups").if_array()) {
    out.distribution = *given;
  } else if (std::ranges::any_of(kGroupLaunchers,
                                 [&](auto* name) { return is_on(job.framework, name); })) {
    out.distribution.emplace_back(out.current);
  }
  const auto* groups = at(resources, "instance_groups").if_array();
  for (const auto& value : groups ? *groups : json::array{}) {
    const auto& group = value.as_object();
    const auto& name = at(group, "instance_group_name");
    const auto* hosts = at(group, "hosts").if_array();
    out.names.push_back(name);
    out.by_name[name.as_string()] = group;
    if (hosts && name.as_string() == out.current) out.current_hosts = *hosts;
    if (hosts && std::ranges::find(out.distribution, name) != out.distribution.end()) {
      out.distribution_hosts.insert(out.distribution_hosts.end(), hosts->begin(), hosts->end());
    }
  }
  return out;
}

// All that is both a variable and a member of SM_TRAINING_ENV.
json::object common_members(const Spec& spec, const ScriptJob& job, const json::object& resources,
                            const Groups& groups) {
  return {{"hosts", at(resources, "hosts")},
          {"network_interface_name", at(resources, "network_interface_name")},
          {"user_entry_point", job.program},
          {"resource_config", resources},
          {"input_data_config", input_data_config(spec)},
          {"output_data_dir", "/opt/ml/output/data"},
          {"current_host", spec.host},
          {"current_instance_type", spec.instance_type},
          {"current_instance_group", groups.current},
          {"current_instance_group_hosts", groups.current_hosts},
          {"instance_groups", groups.names},
          {"instance_groups_dict", groups.by_name},
          {"distribution_instance_groups", groups.distribution},
          {"is_hetero", groups.names.size() > 1},
          {"module_name", module_name(job.program)},
          {"log_level", job.log_level},
          {"framework_module", nullptr},
          {"input_dir", "/opt/ml/input"},
          {"input_config_dir", "/opt/ml/input/config"},
          {"output_dir", "/opt/ml/output"},
          {"num_cpus", spec.limits.cpus},
          {"num_gpus", spec.limits.gpus.size()},
          {"num_neurons", 0},
          {"model_dir", "/opt/ml/model"},
          {"module_dir", job.source.empty() ? std::string(kCodeFolder) : job.source},
          {"output_intermediate_dir", "/opt/ml/output/intermediate"}};
}

std::string variable(const json::value& value) {
  if (value.is_null()) return "";
  return value.is_string() ? std::string(value.get_string()) : python_json(value);
}

}  // namespace

std::map<std::string, std::string> script_environment(const Spec& spec, const ScriptJob& job,
                                                      const std::vector<std::string>& arguments) {
  const json::object resources = resource_config(spec);
  const Groups groups = groups_of(resources, job);
  const auto& master_hosts =
      groups.distribution_hosts.empty() ? at(resources, "hosts") : groups.distribution_hosts;
  const json::value master = master_hosts.as_array().at(0);
  json::object channels;
  for (const auto& item : input_data_config(spec)) {
    channels[item.key()] = "/opt/ml/input/data/" + std::string(item.key());
  }

  json::object members = common_members(spec, job, resources, groups);
  json::object training = members;
  training["additional_framework_parameters"] = job.framework;
  training["channel_input_dirs"] = channels;
  training["distribution_hosts"] = groups.distribution_hosts;
  training["hyperparameters"] = job.hyperparameters;
  training["is_master"] = master.as_string() == spec.host;
  training["is_modelparallel_enabled"] = nullptr;
  training["job_name"] = spec.job_name;
  training["master_hostname"] = master;

  json::array names;
  for (const auto& item : channels) names.emplace_back(item.key());
  std::ranges::sort(names, {}, [](const json::value& name) { return name.get_string(); });
  members["hps"] = job.hyperparameters;
  members["framework_params"] = job.framework;
  members["channels"] = names;
  members["training_env"] = training;
  members["user_args"] = json::array(arguments.begin(), arguments.end());
  for (const auto& item : channels) members["channel_" + std::string(item.key())] = item.value();
  for (const auto& item : job.hyperparameters)
    members["hp_" + std::string(item.key())] = item.value();

  std::map<std::string, std::string> out;
  for (const auto& item : members) out["SM_" + upper(item.key())] = variable(item.value());
  const auto& hosts = at(resources, "hosts").as_array();
  out["SM_HOST_COUNT"] = std::to_string(hosts.size());
  out["SM_CURRENT_HOST_RANK"] =
      std::to_string(std::ranges::find(hosts, json::value(spec.host)) - hosts.begin());
  out["SM_MASTER_ADDR"] = variable(master);
  out["SM_MASTER_PORT"] = kMasterPort;
  const auto given = variable_of(spec, "PYTHONPATH");
  out["PYTHONPATH"] = given.empty() ? kCodeFolder : kCodeFolder + (":" + given);
  out["CURRENT_HOST"] = spec.host;
  out["SAGEMAKER_JOB_NAME"] = spec.job_name;
  out["SAGEMAKER_REGION"] = spec.region;
  out["SAGEMAKER_PROGRAM"] = job.program;
  out["SAGEMAKER_SUBMIT_DIRECTORY"] = variable(members["module_dir"]);
  return out;
}

}  // namespace sagebrush::agent
