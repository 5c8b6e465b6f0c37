#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "agent_protocol/registry_image.h"
#include "base/error.h"

namespace sagebrush::container {

using agent_protocol::ImageLayer;

// The tar archive in a layer's blob: plain, gzip or zstd, as its first bytes say (media types in
// the wild are often wrong). A thread reads, hashes and decompresses ahead of whoever takes the
// pieces.
class LayerStream {
 public:
  explicit LayerStream(const ImageLayer& layer);
  ~LayerStream();  // stops the thread wherever it is
  LayerStream(const LayerStream&) = delete;
  LayerStream& operator=(const LayerStream&) = delete;

  // The next piece, valid until the next call. Empty at the end, and when something is wrong: then
  // error() says what.
  std::span<const std::byte> next();
  const std::optional<Error>& error() const;

  // To be called at the end of the pieces: throws Error{kInvalid} when the blob or the archive is
  // not what its digest, size or diff_id says.
  void verify();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sagebrush::container
