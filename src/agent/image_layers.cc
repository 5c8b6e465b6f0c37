#include "agent/image_layers.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <ranges>

#include "base/error.h"

namespace sagebrush::agent {

namespace fs = std::filesystem;
using agent_protocol::AttemptFolder;
using agent_protocol::RegistryImage;

container::LayerCache image_layer_cache(const AttemptFolder& folder) {
  // DATA/jobs/<id>/attempt-N/<host>
  const fs::path jobs = folder.root.parent_path().parent_path().parent_path();
  return {jobs.parent_path() / "layers", ::geteuid() == 0};
}

ImageLayers::ImageLayers(const AttemptFolder& folder, const RegistryImage& image,
                         const Orders& orders)
    : cache_(image_layer_cache(folder)) {
  unpacking_ = std::async(std::launch::async, [this, &orders, layers = image.layers] {
    return cache_.hold(layers, [&] {
      orders.check();
      if (given_up_) throw Error(ErrorKind::kConflict, "the image is not needed any more");
    });
  });
}

ImageLayers::~ImageLayers() {
  given_up_ = true;
}

bool ImageLayers::ready() const {
  return !unpacking_.valid() ||
         unpacking_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

void ImageLayers::wait() {
  if (unpacking_.valid()) leases_ = unpacking_.get();
}

std::vector<fs::path> ImageLayers::roots() const {
  std::vector<fs::path> out;
  for (const auto& lease : leases_ | std::views::reverse) out.push_back(lease.root);
  return out;
}

std::vector<fs::path> ImageLayers::lock_files() const {
  std::vector<fs::path> out;
  for (const auto& lease : leases_) out.push_back(lease.lock_file);
  return out;
}

void ImageLayers::settle() {
  if (settling_.joinable()) return;
  settling_ = std::jthread([this] {
    try {
      cache_.settle(leases_);
    } catch (const Error& error) {
      spdlog::warn("layers are not on disk for good: {}", error.what());
    }
  });
}

}  // namespace sagebrush::agent
