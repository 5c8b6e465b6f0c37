#include "aws/checksum.h"

#include <gtest/gtest.h>

#include "aws/aws_error.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

http::Headers headers_of(std::initializer_list<std::pair<const char*, const char*>> fields) {
  http::Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return headers;
}

std::string refusal(std::initializer_list<std::pair<const char*, const char*>> fields) {
  try {
    read_checksum_promise(headers_of(fields));
  } catch (const AwsError& error) {
    return error.code();
  }
  return "accepted";
}

TEST(ChecksumTest, NamesEachAlgorithm) {
  for (const ChecksumName& checksum : kChecksums) {
    EXPECT_EQ(&checksum_name(checksum.algorithm), &checksum);
    EXPECT_EQ(find_checksum(to_lower(checksum.name)), &checksum);
    EXPECT_EQ(find_checksum_header(checksum.header), &checksum);
    EXPECT_EQ(hash(checksum.hash, "").size(), checksum.bytes);
  }
  EXPECT_EQ(find_checksum("MD5"), nullptr);
  EXPECT_EQ(find_checksum_header("x-amz-checksum-mode"), nullptr);
}

TEST(ChecksumTest, ReadsWhatIsPromised) {
  const auto nothing = read_checksum_promise(headers_of({{"x-amz-checksum-mode", "ENABLED"}}));
  EXPECT_FALSE(nothing.algorithm || nothing.value || nothing.md5);
  const auto header = read_checksum_promise(headers_of(
      {{"X-Amz-Checksum-CRC32", "DUoRhQ=="}, {"x-amz-sdk-checksum-algorithm", "CRC32"}}));
  EXPECT_EQ(header.algorithm, ChecksumAlgorithm::kCrc32);
  EXPECT_EQ(header.value, "DUoRhQ==");
  const auto trailer =
      read_checksum_promise(headers_of({{"x-amz-trailer", "x-amz-checksum-sha256"}}));
  EXPECT_EQ(trailer.algorithm, ChecksumAlgorithm::kSha256);
  EXPECT_EQ(trailer.value, std::nullopt);
  const auto md5 = read_checksum_promise(headers_of({{"Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="}}));
  EXPECT_EQ(md5.md5, hash(HashKind::kMd5, ""));
}

TEST(ChecksumTest, RefusesWhatCanNotBe) {
  EXPECT_EQ(refusal({{"x-amz-checksum-crc32", "DUoRhQ=="}, {"x-amz-checksum-crc32c", "DUoRhQ=="}}),
            "InvalidRequest");
  EXPECT_EQ(
      refusal({{"x-amz-checksum-crc32", "DUoRhQ=="}, {"x-amz-trailer", "x-amz-checksum-crc32"}}),
      "InvalidRequest");
  EXPECT_EQ(refusal({{"x-amz-checksum-crc32", "DUoRhQ"}}), "InvalidRequest");
  EXPECT_EQ(refusal({{"x-amz-checksum-sha256", "DUoRhQ=="}}), "InvalidRequest");
  EXPECT_EQ(refusal({{"x-amz-trailer", "x-amz-meta-a"}}), "InvalidRequest");
  EXPECT_EQ(refusal({{"x-amz-sdk-checksum-algorithm", "CRC32"}}), "InvalidRequest");
  EXPECT_EQ(refusal({{"x-amz-sdk-checksum-algorithm", "ROT13"}}), "InvalidRequest");
  EXPECT_EQ(
      refusal({{"x-amz-sdk-checksum-algorithm", "SHA1"}, {"x-amz-checksum-crc32", "DUoRhQ=="}}),
      "InvalidRequest");
  EXPECT_EQ(refusal({{"content-md5", "DUoRhQ=="}}), "InvalidDigest");
  EXPECT_EQ(refusal({{"content-md5", "no base64"}}), "InvalidDigest");
}

}  // namespace
}  // namespace sagebrush::aws
