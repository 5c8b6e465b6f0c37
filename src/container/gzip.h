#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/file.h"

namespace sagebrush::container {

using ByteSink = std::function<void(std::span<const std::byte>)>;

// Compresses a stream to gzip at the fast level: ISA-L where the processor suits it, zlib
// elsewhere. The output depends on the input alone (no time, no name in the header).
class GzipWriter {
 public:
  explicit GzipWriter(ByteSink sink);
  ~GzipWriter();
  void write(std::span<const std::byte> data);
  void finish();  // writes what is held back and the trailer

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Decompresses a file of one or more gzip members. Throws Error{kInvalid} that says `name` when it
// is not gzip, is cut short or fails its checksum, and Error{kLimitExceeded} above `limit_bytes`.
void gunzip(const File& from, const std::string& name, std::uint64_t limit_bytes,
            const ByteSink& sink);
void gunzip_file(const std::filesystem::path& from, const std::filesystem::path& to,
                 std::uint64_t limit_bytes);

}  // namespace sagebrush::container
