#pragma once

#include <cstdint>
#include <filesystem>

namespace sagebrush::container {

struct UnpackLimits {
  std::uint64_t bytes = 64ULL << 30;  // of all files together
  std::uint64_t entries = 1'000'000;
};

// Unpacks a tar, compressed or not, into an empty folder that only this process writes: files,
// folders, symbolic and hard links, with their permissions and owned by this process. Nothing is
// written through a link or outside the folder, whatever the archive says. Throws Error{kInvalid}
// that names the member for an archive that is broken, leads out or holds devices;
// Error{kLimitExceeded} beyond the limits.
void unpack_archive(const std::filesystem::path& archive, const std::filesystem::path& folder,
                    const UnpackLimits& limits = {});

}  // namespace sagebrush::container
