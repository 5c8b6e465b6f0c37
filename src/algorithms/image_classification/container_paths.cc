#include "algorithms/image_classification/container_paths.h"

#include <boost/json.hpp>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/job_hosts.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

constexpr std::size_t kMaxConfigBytes = 4 << 20;

// An absent or empty file is an empty object: the platform may leave it out.
json::object read_object(const fs::path& path) {
  if (!fs::exists(path)) return {};
  const Bytes bytes = read_file(path, kMaxConfigBytes);
  if (bytes.empty()) return {};
  boost::system::error_code error;
  const json::value document = json::parse(
      json::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), error);
  if (error || !document.is_object()) user_error(path.string() + ": is not a JSON object");
  return document.as_object();
}

void check_mode(const std::string& channel, const json::value& config) {
  if (!config.is_object()) return;
  const json::value* mode = config.as_object().if_contains("TrainingInputMode");
  if (mode == nullptr || !mode->is_string()) return;
  if (mode->as_string() != "File" && mode->as_string() != "FastFile")
    user_error("channel " + channel + ": TrainingInputMode " + mode->as_string().c_str() +
               " is not supported; use File or FastFile");
}

}  // namespace

std::map<std::string, fs::path> find_channels(const ContainerPaths& paths) {
  std::map<std::string, fs::path> channels;
  for (const auto& [key, config] : read_object(paths.input_data_config())) {
    const std::string name(key);
    check_mode(name, config);
    if (name.find('/') != std::string::npos || name == "..")
      user_error("inputdataconfig.json: '" + name + "' is not a channel's name");
    channels[name] = paths.data() / name;
  }
  std::error_code error;
  if (channels.empty()) {
    for (const fs::directory_entry& entry : fs::directory_iterator(paths.data(), error)) {
      if (entry.is_directory()) channels[entry.path().filename().string()] = entry.path();
    }
  }
  if (channels.empty())
    user_error("no input channel: neither inputdataconfig.json nor " + paths.data().string() +
               " names one; give the job a channel 'train' and a channel 'test'");
  return channels;
}

JobHosts read_hosts(const ContainerPaths& paths) {
  const json::object config = read_object(paths.resource_config());
  JobHosts found;
  const json::value* host = config.if_contains("current_host");
  found.current = host != nullptr && host->is_string() ? host->as_string().c_str() : "algo-1";
  const json::value* hosts = config.if_contains("hosts");
  if (hosts != nullptr && hosts->is_array()) {
    for (const json::value& name : hosts->as_array()) {
      if (name.is_string()) found.hosts.emplace_back(name.as_string().c_str());
    }
  }
  if (found.hosts.empty()) found.hosts = {found.current};
  return found;
}

void check_distribution(const ContainerPaths& paths) {
  for (const auto& [name, config] : read_object(paths.input_data_config())) {
    const json::object* const channel = config.if_object();
    const json::value* const kind =
        channel != nullptr ? channel->if_contains("S3DistributionType") : nullptr;
    if (kind != nullptr && kind->is_string() && kind->as_string() == "ShardedByS3Key")
      user_error("channel " + std::string(name) +
                 ": S3DistributionType ShardedByS3Key; with several instances every one needs all "
                 "images: FullyReplicated");
  }
}

}  // namespace sagebrush::vision
