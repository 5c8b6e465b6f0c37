#pragma once

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>
#include <vector>

#include "agent/orders.h"
#include "agent_protocol/attempt_folder.h"
#include "agent_protocol/spec.h"
#include "container/layer_cache.h"

namespace sagebrush::agent {

// The unpacked layers of this machine, which all attempts share: DATA/layers.
container::LayerCache image_layer_cache(const agent_protocol::AttemptFolder& folder);

// The layers of an attempt's image: being unpacked while other things go on, then held.
class ImageLayers {
 public:
  ImageLayers(const agent_protocol::AttemptFolder& folder,
              const agent_protocol::RegistryImage& image, const Orders& orders);
  ~ImageLayers();  // gives up what is not unpacked yet
  ImageLayers(const ImageLayers&) = delete;
  ImageLayers& operator=(const ImageLayers&) = delete;

  // True when wait() takes no time.
  bool ready() const;
  // Until all are there. Throws as LayerCache::hold, and LeaseLost.
  void wait();

  bool held() const { return !leases_.empty(); }  // wait() has returned
  // After wait(): the layers' folders, the topmost first, and their locks.
  std::vector<std::filesystem::path> roots() const;
  std::vector<std::filesystem::path> lock_files() const;
  // Begins to make them outlive a power failure. Nobody waits for it: until it is done they would
  // be unpacked again.
  void settle();

 private:
  container::LayerCache cache_;
  std::atomic<bool> given_up_ = false;
  std::vector<container::LayerLease> leases_;
  std::future<std::vector<container::LayerLease>> unpacking_;
  std::jthread settling_;
};

}  // namespace sagebrush::agent
