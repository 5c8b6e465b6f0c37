#pragma once

#include <cstdint>

#include "aws/checksum.h"

namespace sagebrush::service::s3 {

// The CRC of two pieces one after the other, from the CRCs of both and the second's length.
// `algorithm` is one of the CRCs.
std::uint64_t combine_crc(aws::ChecksumAlgorithm algorithm, std::uint64_t first,
                          std::uint64_t second, std::uint64_t second_bytes);

}  // namespace sagebrush::service::s3
