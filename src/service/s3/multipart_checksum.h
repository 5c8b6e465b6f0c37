#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "aws/checksum.h"
#include "store/object_types.h"

namespace sagebrush::service::s3 {

// How a multipart upload's object is to be checked: "COMPOSITE" hashes the parts' checksums,
// "FULL_OBJECT" is of its bytes.
struct MultipartChecksum {
  const aws::ChecksumName* algorithm;
  std::string type;
};

// From CreateMultipartUpload's members, with S3's default type. nullopt without an algorithm.
// Throws AwsError InvalidRequest for an algorithm that can't be of the type.
std::optional<MultipartChecksum> multipart_checksum(const std::optional<std::string>& algorithm,
                                                    const std::optional<std::string>& type);

// The object's checksum in base64 ("…-3" when composite); nullopt when a part was stored without
// one.
std::optional<std::string> object_checksum(const MultipartChecksum& checksum,
                                           const std::vector<store::PartInfo>& parts);

}  // namespace sagebrush::service::s3
