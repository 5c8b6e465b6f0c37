#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace sagebrush::container {

// Gives the next piece of a compressed stream, empty at its end; valid until the next call.
using ByteSource = std::function<std::span<const std::byte>()>;

// Decompresses a stream. Not for use by two threads at once.
class Decompressor {
 public:
  virtual ~Decompressor() = default;
  // Fills `out` as far as the stream goes; 0 at its end. Throws Error{kInvalid} when it is broken
  // or cut short.
  virtual std::size_t read(std::span<std::byte> out) = 0;
};

// Takes gzip (any number of members) and zstd (any number of frames, windows of 128 MiB at most) by
// their first bytes, everything else as it is.
std::unique_ptr<Decompressor> open_decompressor(ByteSource source);

}  // namespace sagebrush::container
