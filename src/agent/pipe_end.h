#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/file.h"

namespace sagebrush::agent {

// The container closed its end of a pipe, or ended.
struct ReaderGone {};

// The writing end of a pipe whose reader is there. Every call blocks until the reader has taken
// enough, and throws ReaderGone when there is none any more. SIGPIPE must be ignored.
class PipeEnd {
 public:
  explicit PipeEnd(File end);
  void write(std::span<const std::byte> data) const;
  void write(std::string_view text) const;
  // All bytes of a regular file, without a copy through this process where the system can.
  void write_file(const File& file) const;

 private:
  File end_;
};

}  // namespace sagebrush::agent
