#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "http/message.h"

namespace sagebrush::http {

// Reads file segments one after another. Blocking; call on the pool.
class FilePieces {
 public:
  FilePieces() = default;
  explicit FilePieces(std::vector<FileSegment> segments);
  std::uint64_t remaining() const { return remaining_; }
  // Fills `into` as far as the segments reach and says how far. Throws Error{kIo} when a file is
  // shorter than its segment.
  std::size_t read(std::span<std::byte> into);

 private:
  std::vector<FileSegment> segments_;
  std::size_t index_ = 0;
  std::uint64_t done_ = 0;  // of segments_[index_]
  std::uint64_t remaining_ = 0;
};

}  // namespace sagebrush::http
