#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "container/gpu_devices.h"

namespace sagebrush::container {

// What a container needs besides its nodes to use a GPU: the driver's libraries, which no image
// carries, and what makes its loader find them.
struct DeviceEdits {
  std::vector<DeviceNode> nodes;
  std::vector<std::string> environment;  // "NAME=value"
  boost::json::array mounts;             // as in config.json of the OCI runtime specification
  boost::json::object hooks;             // likewise: "createContainer" → [{path, args, env}]
};

// Where the Container Device Interface keeps its specifications; the later folder wins.
std::vector<std::filesystem::path> cdi_folders();

// The container edits that *.json and *.yaml of these folders have for nvidia.com/gpu=N of each GPU
// (Container Device Interface, SPEC.md 0.3 to 1.0; `nvidia-ctk cdi generate` writes such files).
// nullopt when none describes GPUs. Throws Error{kInvalid} that names the file for what is no
// specification, Error{kUnavailable} for a GPU that those which describe GPUs leave out.
std::optional<DeviceEdits> cdi_edits(const std::vector<int>& gpus,
                                     const std::vector<std::filesystem::path>& folders);

}  // namespace sagebrush::container
