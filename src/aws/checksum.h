#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "http/message.h"

namespace sagebrush::aws {

enum class ChecksumAlgorithm { kCrc32, kCrc32c, kCrc64Nvme, kSha1, kSha256 };

struct ChecksumName {
  ChecksumAlgorithm algorithm;
  HashKind hash;
  std::string_view name;  // "CRC32C": in x-amz-sdk-checksum-algorithm, and "Checksum" + this in XML
  std::string_view header;  // "x-amz-checksum-crc32c"
  std::size_t bytes;        // of the digest
};

inline constexpr std::array<ChecksumName, 5> kChecksums{{
    {ChecksumAlgorithm::kCrc32, HashKind::kCrc32, "CRC32", "x-amz-checksum-crc32", 4},
    {ChecksumAlgorithm::kCrc32c, HashKind::kCrc32c, "CRC32C", "x-amz-checksum-crc32c", 4},
    {ChecksumAlgorithm::kCrc64Nvme, HashKind::kCrc64Nvme, "CRC64NVME", "x-amz-checksum-crc64nvme",
     8},
    {ChecksumAlgorithm::kSha1, HashKind::kSha1, "SHA1", "x-amz-checksum-sha1", 20},
    {ChecksumAlgorithm::kSha256, HashKind::kSha256, "SHA256", "x-amz-checksum-sha256", 32},
}};
const ChecksumName& checksum_name(ChecksumAlgorithm algorithm);
const ChecksumName* find_checksum(
    std::string_view name);  // "crc32c" in any case; nullptr when unknown
const ChecksumName* find_checksum_header(std::string_view header);  // in any case

struct Checksum {
  ChecksumAlgorithm algorithm;
  std::string value;  // base64
  bool operator==(const Checksum&) const = default;
};

// What a request says about its body's checksum.
struct ChecksumPromise {
  std::optional<ChecksumAlgorithm> algorithm;
  std::optional<std::string> value;  // base64; absent: it comes as a trailer
  std::optional<std::string> md5;    // Content-MD5: raw, 16 bytes
};

// Reads x-amz-checksum-*, x-amz-trailer, x-amz-sdk-checksum-algorithm and Content-MD5. Throws
// AwsError: InvalidRequest for more than one, an unknown one or a value that can't be;
// InvalidDigest for a bad Content-MD5.
ChecksumPromise read_checksum_promise(const http::Headers& headers);

// The base64 `value` of `algorithm`, checked for form. Throws AwsError{InvalidRequest}.
void require_checksum_form(ChecksumAlgorithm algorithm, std::string_view value);

}  // namespace sagebrush::aws
