#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace sagebrush::vision {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::size_t kMaxInputBytes = std::size_t{16} << 30;

// Reads the whole file. Throws Error{kSystem} when it cannot be read, {kUser} when it is larger
// than max_bytes.
Bytes read_file(const std::filesystem::path& path, std::size_t max_bytes = kMaxInputBytes);

// As read_file; a gzip'd file (by its magic bytes, whatever its name) is inflated, several members
// one after another. Throws Error{kUser} for a damaged or truncated stream and for more than
// max_bytes of output.
Bytes read_maybe_gzip(const std::filesystem::path& path, std::size_t max_bytes = kMaxInputBytes);

// Replaces `path` in one step: temporary name beside it, fsync, rename, fsync of the folder. Throws
// Error{kSystem}.
void write_file_atomically(const std::filesystem::path& path, const void* data, std::size_t size);
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

std::uint32_t crc32(const void* data, std::size_t size);

}  // namespace sagebrush::vision
