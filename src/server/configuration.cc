#include <yaml-cpp/yaml.h>

#include <functional>
#include <map>

#include "base/error.h"
#include "server/options.h"

namespace sagebrush::server {
namespace {

using Setter = std::function<void(Options&, const YAML::Node&)>;

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
      {"memory_mib",
       [](Options& o, const YAML::Node& n) {
         o.memory_bytes = n.as<std::uint64_t>() * 1024 * 1024;
       }},
      {"runtime", [](Options& o, const YAML::Node& n) { o.runtime = n.as<std::string>(); }},
      {"python", [](Options& o, const YAML::Node& n) { o.python = n.as<std::string>(); }},
      {"stop_grace_seconds",
       [](Options& o, const YAML::Node& n) { o.stop_grace = std::chrono::seconds(n.as<int>()); }},
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
