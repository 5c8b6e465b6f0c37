#include "container/gpu_cdi.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>

#include "base/error.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* kKind = "nvidia.com/gpu";

std::string text_of(const YAML::Node& node, const char* name) {
  const YAML::Node value = node[name];
  return value ? value.as<std::string>() : "";
}

json::array texts_of(const YAML::Node& node, const char* name) {
  json::array out;
  for (const auto& item : node[name]) out.emplace_back(item.as<std::string>());
  return out;
}

// The numbers may be left out: they are those of the machine's node.
DeviceNode device_node(const YAML::Node& node) {
  DeviceNode out{text_of(node, "path"), 0, 0};
  const std::string host = text_of(node, "hostPath");
  struct stat status{};
  if (node["major"]) {
    out.major = node["major"].as<std::uint32_t>();
    out.minor = node["minor"] ? node["minor"].as<std::uint32_t>() : 0;
  } else if (::stat((host.empty() ? out.path : host).c_str(), &status) == 0) {
    out.major = major(status.st_rdev);
    out.minor = minor(status.st_rdev);
  } else {
    throw Error(ErrorKind::kUnavailable, out.path + " is not there any more");
  }
  return out;
}

json::object mount(const YAML::Node& node) {
  json::array options = texts_of(node, "options");
  if (options.empty()) options = {"ro", "nosuid", "nodev", "bind"};
  const std::string type = text_of(node, "type");
  return {{"destination", text_of(node, "containerPath")},
          {"source", text_of(node, "hostPath")},
          {"type", type.empty() ? "bind" : type},
          {"options", std::move(options)}};
}

json::object hook(const YAML::Node& node) {
  json::object out{{"path", text_of(node, "path")}};
  if (node["args"]) out["args"] = texts_of(node, "args");
  if (node["env"]) out["env"] = texts_of(node, "env");
  if (node["timeout"]) out["timeout"] = node["timeout"].as<int>();
  return out;
}

void add(const YAML::Node& edits, DeviceEdits& all) {
  if (!edits) return;
  for (const auto& node : edits["deviceNodes"]) {
    DeviceNode found = device_node(node);
    const bool known = std::ranges::any_of(
        all.nodes, [&](const DeviceNode& one) { return one.path == found.path; });
    if (!known) all.nodes.push_back(std::move(found));
  }
  for (const auto& text : edits["env"]) all.environment.push_back(text.as<std::string>());
  for (const auto& node : edits["mounts"]) {
    json::object found = mount(node);
    if (std::ranges::find(all.mounts, json::value(found)) == all.mounts.end()) {
      all.mounts.emplace_back(std::move(found));
    }
  }
  for (const auto& node : edits["hooks"]) {
    json::value& list = all.hooks[text_of(node, "hookName")];
    if (!list.is_array()) list.emplace_array();
    list.as_array().emplace_back(hook(node));
  }
}

std::vector<fs::path> files_in(const std::vector<fs::path>& folders) {
  std::vector<fs::path> files;
  for (const auto& folder : folders) {
    const auto first = static_cast<std::ptrdiff_t>(files.size());
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(folder, absent)) {
      const auto extension = entry.path().extension();
      if (extension == ".json" || extension == ".yaml") files.push_back(entry.path());
    }
    std::sort(files.begin() + first, files.end());
  }
  return files;
}

// The specifications of GPUs, and which of them has a GPU's device.
struct Found {
  std::vector<YAML::Node> specifications;
  std::map<std::string, std::pair<std::size_t, YAML::Node>> devices;  // by name: "0", "all", UUIDs
};

Found read_all(const std::vector<fs::path>& folders) {
  Found found;
  for (const auto& file : files_in(folders)) {
    try {
      const YAML::Node specification = YAML::LoadFile(file);  // JSON is YAML too
      if (text_of(specification, "kind") != kKind) continue;
      for (const auto& device : specification["devices"]) {
        found.devices[text_of(device, "name")] = {found.specifications.size(), device};
      }
      found.specifications.push_back(specification);
    } catch (const YAML::Exception& error) {
      throw Error(ErrorKind::kInvalid,
                  file.string() + " is no specification of devices: " + error.what());
    }
  }
  return found;
}

}  // namespace

std::vector<fs::path> cdi_folders() {
  return {"/etc/cdi", "/var/run/cdi"};
}

std::optional<DeviceEdits> cdi_edits(const std::vector<int>& gpus,
                                     const std::vector<fs::path>& folders) {
  if (gpus.empty()) return std::nullopt;
  const Found found = read_all(folders);
  if (found.specifications.empty()) return std::nullopt;
  DeviceEdits all;
  std::vector<bool> used(found.specifications.size(), false);
  try {
    for (const int gpu : gpus) {
      const auto device = found.devices.find(std::to_string(gpu));
      if (device == found.devices.end()) {
        throw Error(ErrorKind::kUnavailable, std::string(kKind) + "=" + std::to_string(gpu) +
                                                 " is in no specification of devices; "
                                                 "`nvidia-ctk cdi generate` writes them anew");
      }
      const auto& [index, node] = device->second;
      add(node["containerEdits"], all);
      used[index] = true;
    }
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (used[i]) add(found.specifications[i]["containerEdits"], all);
    }
  } catch (const YAML::Exception& error) {
    throw Error(ErrorKind::kInvalid,
                std::string("a specification of GPUs for containers: ") + error.what());
  }
  return all;
}

}  // namespace sagebrush::container
