#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "container/layer_stream.h"
#include "container/layer_tree.h"

namespace sagebrush::container {

struct UnpackedLayer {
  std::uint64_t bytes = 0;  // of its files
  std::uint64_t entries = 0;
  std::uint64_t devices = 0;  // left out: a container's devices are made by its runtime
};

// Unpacks a layer into the empty folder `root`, ready to be a lower layer of overlayfs: whiteouts
// and opaque folders as overlayfs has them (OCI image specification, layer.md). The blob is
// hostile: see LayerTree. Digests are checked on the way, so the folder means nothing before this
// returns. check: called now and then; may throw to give up. Throws Error{kInvalid} that names the
// layer when that is broken or above the limits, and as throw_errno says for the disk.
UnpackedLayer unpack_layer(const ImageLayer& layer, const std::filesystem::path& root,
                           const LayerLimits& limits, bool privileged,
                           const std::function<void()>& check);

}  // namespace sagebrush::container
