#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sagebrush {

// Goes on with a CRC-64/NVME; `crc` is 0 at the start and the last result after. Same convention as
// zlib's crc32().
std::uint64_t crc64_nvme(std::uint64_t crc, std::span<const std::byte> data);

}  // namespace sagebrush
