#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>
#include <map>

#include "base/error.h"
#include "server/options.h"

namespace sagebrush::server {
namespace {

// "fs-0123: /path", or "fs-0123: {path: /path, mount_name: fsx}".
job::FileSystems read_file_systems(const YAML::Node& node) {
  job::FileSystems systems;
  for (const auto& entry : node) {
    const auto id = entry.first.as<std::string>();
    job::FileSystem system;
    if (entry.second.IsMap()) {
      system.path = entry.second["path"].as<std::string>();
      if (const auto name = entry.second["mount_name"]) system.mount_name = name.as<std::string>();
    } else {
      system.path = entry.second.as<std::string>();
    }
    if (!system.path.starts_with('/')) {
      throw Error(ErrorKind::kInvalid,
                  "file_systems: the folder of " + id + " must be an absolute path");
    }
    systems[id] = std::move(system);
  }
  return systems;
}

// "- {pattern: REGEX, cause: TEXT, retry: true|false}"
std::vector<agent_protocol::LogRule> read_log_rules(const YAML::Node& node) {
  std::vector<agent_protocol::LogRule> rules;
  for (const auto& entry : node) {
    agent_protocol::LogRule rule{
        .pattern = entry["pattern"].as<std::string>(), .cause = "", .retry = {}};
    const RE2 pattern(rule.pattern, RE2::Quiet);
    if (!pattern.ok()) {
      throw Error(ErrorKind::kInvalid,
                  "log_rules: pattern '" + rule.pattern + "': " + pattern.error());
    }
    if (const auto cause = entry["cause"]) rule.cause = cause.as<std::string>();
    if (const auto retry = entry["retry"]) rule.retry = retry.as<bool>();
    rules.push_back(std::move(rule));
  }
  return rules;
}

service::QuotaIncreases read_quota_increases(const std::string& word) {
  if (word == "ask") return service::QuotaIncreases::kAsk;
  if (word == "approve") return service::QuotaIncreases::kApprove;
  if (word == "deny") return service::QuotaIncreases::kDeny;
  throw Error(ErrorKind::kInvalid, "quota_increases: '" + word + "' must be ask, approve or deny");
}

using Setter = std::function<void(Options&, const YAML::Node&)>;

// {second: DAYS, minute: DAYS, hour: DAYS}
void read_retention(const YAML::Node& node, store::MetricRetention& retention) {
  const std::map<std::string, std::chrono::hours*> all{
      {"second", &retention.second}, {"minute", &retention.minute}, {"hour", &retention.hour}};
  for (const auto& entry : node) {
    const auto found = all.find(entry.first.as<std::string>());
    const double days = entry.second.as<double>();
    if (found == all.end() || !(days > 0) || days > 36500) {
      throw Error(ErrorKind::kInvalid,
                  "metric_retention_days: '" + entry.first.as<std::string>() +
                      "' must be second, minute or hour with a number of days above 0");
    }
    *found->second = std::chrono::hours(static_cast<long>(days * 24 + 0.5));
  }
}

// Every key of the configuration file, once.
const std::map<std::string, Setter>& keys() {
  static const std::map<std::string, Setter> all{
      {"data_dir", [](Options& o, const YAML::Node& n) { o.data_dir = n.as<std::string>(); }},
      {"listen",
       [](Options& o, const YAML::Node& n) { o.listen = parse_address(n.as<std::string>()); }},
      {"tls_listen",
       [](Options& o, const YAML::Node& n) { o.tls_listen = parse_address(n.as<std::string>()); }},
      {"certificate", [](Options& o, const YAML::Node& n) { o.certificate = n.as<std::string>(); }},
      {"private_key", [](Options& o, const YAML::Node& n) { o.private_key = n.as<std::string>(); }},
      {"account", [](Options& o, const YAML::Node& n) { o.account = n.as<std::string>(); }},
      {"region", [](Options& o, const YAML::Node& n) { o.region = n.as<std::string>(); }},
      {"access_key_id",
       [](Options& o, const YAML::Node& n) { o.access_key_id = n.as<std::string>(); }},
      {"secret_access_key",
       [](Options& o, const YAML::Node& n) { o.secret_access_key = n.as<std::string>(); }},
      {"database_url",
       [](Options& o, const YAML::Node& n) { o.database_url = n.as<std::string>(); }},
      {"domain", [](Options& o, const YAML::Node& n) { o.domain = n.as<std::string>(); }},
      {"public_read_buckets",
       [](Options& o, const YAML::Node& n) {
         o.public_read_buckets = n.as<std::vector<std::string>>();
       }},
      {"cpus", [](Options& o, const YAML::Node& n) { o.cpus = n.as<int>(); }},
      {"gpus", [](Options& o, const YAML::Node& n) { o.gpus = std::max(0, n.as<int>()); }},
      {"memory_mib",
       [](Options& o, const YAML::Node& n) {
         o.memory_bytes = n.as<std::uint64_t>() * 1024 * 1024;
       }},
      {"runtime", [](Options& o, const YAML::Node& n) { o.runtime = n.as<std::string>(); }},
      {"python", [](Options& o, const YAML::Node& n) { o.python = n.as<std::string>(); }},
      {"layer_cache_bytes",
       [](Options& o, const YAML::Node& n) { o.layer_cache_bytes = n.as<std::uint64_t>(); }},
      {"registry_hosts",
       [](Options& o, const YAML::Node& n) {
         o.registry_hosts = n.as<std::vector<std::string>>();
       }},
      {"registry_create_on_push",
       [](Options& o, const YAML::Node& n) { o.registry_create_on_push = n.as<bool>(); }},
      {"registry_garbage_grace_seconds",
       [](Options& o, const YAML::Node& n) {
         o.registry_garbage_grace = std::chrono::seconds(n.as<int>());
       }},
      {"stop_grace_seconds",
       [](Options& o, const YAML::Node& n) { o.stop_grace = std::chrono::seconds(n.as<int>()); }},
      {"file_systems",
       [](Options& o, const YAML::Node& n) { o.file_systems = read_file_systems(n); }},
      {"quotas",
       [](Options& o, const YAML::Node& n) { o.quotas = n.as<std::map<std::string, double>>(); }},
      {"quota_increases",
       [](Options& o, const YAML::Node& n) {
         o.quota_increases = read_quota_increases(n.as<std::string>());
       }},
      {"spot_discount",
       [](Options& o, const YAML::Node& n) {
         o.spot_discount = n.as<double>();
         if (!(o.spot_discount >= 0 && o.spot_discount < 1)) {
           throw Error(ErrorKind::kInvalid, "spot_discount must be at least 0 and below 1");
         }
       }},
      {"log_rules", [](Options& o, const YAML::Node& n) { o.log_rules = read_log_rules(n); }},
      {"metrics_access",
       [](Options& o, const YAML::Node& n) {
         o.metrics_access = parse_metrics_access(n.as<std::string>());
       }},
      {"metric_retention_days",
       [](Options& o, const YAML::Node& n) { read_retention(n, o.metric_retention); }},
      {"log_level", [](Options& o, const YAML::Node& n) { o.log_level = n.as<std::string>(); }},
      {"image_aliases",
       [](Options& o, const YAML::Node& n) {
         for (const auto& alias : n) {
           o.image_aliases +=
               alias.first.as<std::string>() + "," + alias.second.as<std::string>() + "\n";
         }
       }},
  };
  return all;
}

std::string known_keys() {
  std::string names;
  for (const auto& [name, setter] : keys()) names += (names.empty() ? "" : ", ") + name;
  return names;
}

}  // namespace

void apply_configuration(const std::filesystem::path& file, Options& options) {
  try {
    const YAML::Node root = YAML::LoadFile(file.string());
    if (!root.IsMap() && !root.IsNull()) {
      throw Error(ErrorKind::kInvalid, file.string() + " must be a YAML map of settings");
    }
    for (const auto& entry : root) {
      const auto name = entry.first.as<std::string>();
      const auto setter = keys().find(name);
      if (setter == keys().end()) {
        throw Error(ErrorKind::kInvalid,
                    file.string() + ": unknown setting '" + name + "'; known are " + known_keys());
      }
      setter->second(options, entry.second);
    }
  } catch (const YAML::Exception& error) {
    throw Error(ErrorKind::kInvalid, file.string() + ": " + error.what());
  }
}

}  // namespace sagebrush::server
