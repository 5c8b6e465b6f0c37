#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "agent_protocol/registry_image.h"
#include "base/file.h"
#include "container/layer_tree.h"

namespace sagebrush::container {

// A layer's lock file and the right to use the layer as long as this lives.
struct LayerLease {
  std::filesystem::path root;  // the layer's files
  std::filesystem::path lock_file;
  File lock;
};

// The unpacked layers of a machine, in one folder that all agents share, each by its digest:
//   sha256-<hex>/root       the layer's files, below an overlay: nobody writes there
//   sha256-<hex>/layer.json what it is; written last
//   sha256-<hex>/durable    it outlives a power failure; before, only until the machine goes down
//   sha256-<hex>.lock       held shared by who uses it, alone by who unpacks or removes it
//   (fcntl(2),
//                           F_OFD_SETLK); its time is that of the last use
//   sha256-<hex>.partial    being unpacked or removed; left behind only by who was killed
// A cache: everything in it can be made again from the blobs.
class LayerCache {
 public:
  LayerCache(std::filesystem::path folder, bool privileged, LayerLimits limits = {});

  // True when each is here and good, so that hold() takes no time.
  bool has(const std::vector<agent_protocol::ImageLayer>& layers) const;

  // Unpacks what is missing, several at a time, each once however many ask. check: called now and
  // then by any thread, may throw to give up. The leases are in the order of the layers. Throws as
  // unpack_layer, and Error{kLimitExceeded} when the disk is nearly full.
  std::vector<LayerLease> hold(const std::vector<agent_protocol::ImageLayer>& layers,
                               const std::function<void()>& check);

  // Takes a lease by its lock file, as another process does that was told of it. Throws
  // Error{kUnavailable} when the layer is gone.
  static LayerLease take_over(const std::filesystem::path& lock_file);

  // Makes what is held outlive a power failure. Takes as long as the disk does.
  void settle(const std::vector<LayerLease>& leases) const;

  // Removes what nobody uses, the longest unused first, until the rest has no more than
  // `limit_bytes`; and what was left half unpacked.
  void trim(std::uint64_t limit_bytes) const;

 private:
  struct Entry;
  LayerLease hold_one(const agent_protocol::ImageLayer& layer, const std::function<void()>& check);
  bool usable(const agent_protocol::ImageLayer& layer) const;
  void unpack(const agent_protocol::ImageLayer& layer, const std::function<void()>& check) const;
  std::vector<Entry> entries() const;

  std::filesystem::path folder_;
  bool privileged_;
  LayerLimits limits_;
  std::string boot_;  // of this run of the machine; "" when nobody says
};

}  // namespace sagebrush::container
