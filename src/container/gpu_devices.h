#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sagebrush::container {

// A device node that a container gets.
struct DeviceNode {
  std::string path;  // in the container, as on the machine
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
};

// The nodes for these GPUs: theirs, and those of the driver that all GPUs share. Empty for no GPUs.
// Throws Error{kUnavailable} that names a node of a GPU that is not there. root: tests give another
// folder; what is no device there counts with the number 0.
std::vector<DeviceNode> gpu_nodes(const std::vector<int>& gpus,
                                  const std::filesystem::path& root = "/");

// What tells a container's programs about its GPUs: they count those they see from 0.
std::vector<std::string> gpu_environment(const std::vector<int>& gpus);

}  // namespace sagebrush::container
