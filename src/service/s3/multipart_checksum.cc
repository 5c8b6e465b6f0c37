#include "service/s3/multipart_checksum.h"

#include <boost/json.hpp>

#include "aws/aws_error.h"
#include "base/hash.h"
#include "base/text.h"
#include "service/s3/crc_combine.h"

namespace sagebrush::service::s3 {
namespace {

using aws::AwsError;
using aws::ChecksumAlgorithm;

std::uint64_t to_number(const std::string& digest) {
  std::uint64_t value = 0;
  for (const char c : digest) value = (value << 8) | static_cast<unsigned char>(c);
  return value;
}

std::string to_digest(std::uint64_t value, std::size_t bytes) {
  std::string digest(bytes, '\0');
  for (std::size_t i = bytes; i-- > 0; value >>= 8) digest[i] = static_cast<char>(value & 0xff);
  return digest;
}

std::optional<std::string> part_digest(const aws::ChecksumName& algorithm,
                                       const store::PartInfo& part) {
  const boost::json::value members = boost::json::parse(part.checksums);
  const auto* value = members.as_object().if_contains("Checksum" + std::string(algorithm.name));
  return value == nullptr ? std::nullopt : from_base64(value->as_string());
}

}  // namespace

std::optional<MultipartChecksum> multipart_checksum(const std::optional<std::string>& algorithm,
                                                    const std::optional<std::string>& type) {
  if (!algorithm) return std::nullopt;
  const aws::ChecksumName* name = aws::find_checksum(*algorithm);
  if (name == nullptr) {
    throw AwsError(
        "InvalidRequest", 400,
        "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
        "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
  }
  const bool sha =
      name->algorithm == ChecksumAlgorithm::kSha1 || name->algorithm == ChecksumAlgorithm::kSha256;
  const bool crc64 = name->algorithm == ChecksumAlgorithm::kCrc64Nvme;
  MultipartChecksum checksum{name, type.value_or(crc64 ? "FULL_OBJECT" : "COMPOSITE")};
  if ((sha && checksum.type == "FULL_OBJECT") || (crc64 && checksum.type == "COMPOSITE")) {
    throw AwsError("InvalidRequest", 400,
                   "The " + checksum.type + " checksum type cannot be used with the " +
                       to_lower(std::string(name->name)) + " checksum algorithm.");
  }
  return checksum;
}

std::optional<std::string> object_checksum(const MultipartChecksum& checksum,
                                           const std::vector<store::PartInfo>& parts) {
  const bool composite = checksum.type == "COMPOSITE";
  Hasher of_digests(checksum.algorithm->hash);
  std::uint64_t combined = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto digest = part_digest(*checksum.algorithm, parts[i]);
    if (!digest) return std::nullopt;
    if (composite) {
      of_digests.update(*digest);
    } else {
      combined = i == 0 ? to_number(*digest)
                        : combine_crc(checksum.algorithm->algorithm, combined, to_number(*digest),
                                      parts[i].bytes);
    }
  }
  if (composite) return to_base64(of_digests.finish()) + "-" + std::to_string(parts.size());
  return to_base64(to_digest(combined, checksum.algorithm->bytes));
}

}  // namespace sagebrush::service::s3
