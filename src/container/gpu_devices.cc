#include "container/gpu_devices.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <optional>

#include "base/error.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

std::optional<DeviceNode> node_at(const fs::path& root, const std::string& path) {
  struct stat status{};
  if (::stat((root / path.substr(1)).c_str(), &status) != 0) return std::nullopt;
  if (!S_ISCHR(status.st_mode)) return DeviceNode{path, 0, 0};
  return DeviceNode{path, major(status.st_rdev), minor(status.st_rdev)};
}

}  // namespace

std::vector<DeviceNode> gpu_nodes(const std::vector<int>& gpus, const fs::path& root) {
  std::vector<DeviceNode> nodes;
  for (const int gpu : gpus) {
    const std::string path = "/dev/nvidia" + std::to_string(gpu);
    const auto node = node_at(root, path);
    if (!node) throw Error(ErrorKind::kUnavailable, path + " is not there any more");
    nodes.push_back(*node);
  }
  if (nodes.empty()) return nodes;
  for (const char* shared : {"/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"}) {
    if (const auto node = node_at(root, shared)) nodes.push_back(*node);
  }
  return nodes;
}

std::vector<std::string> gpu_environment(const std::vector<int>& gpus) {
  std::string numbers;
  std::string places;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    if (i > 0) {
      numbers += ",";
      places += ",";
    }
    numbers += std::to_string(gpus[i]);
    places += std::to_string(i);
  }
  if (gpus.empty()) return {"NVIDIA_VISIBLE_DEVICES=void"};
  return {"NVIDIA_VISIBLE_DEVICES=" + numbers, "CUDA_VISIBLE_DEVICES=" + places};
}

}  // namespace sagebrush::container
