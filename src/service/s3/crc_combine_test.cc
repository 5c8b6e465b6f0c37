#include "service/s3/crc_combine.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/random.h"

namespace sagebrush::service::s3 {
namespace {

std::uint64_t crc(HashKind kind, std::string_view data) {
  std::uint64_t value = 0;
  for (const char c : hash(kind, data)) value = (value << 8) | static_cast<unsigned char>(c);
  return value;
}

TEST(CombineCrc, EqualsTheCrcOfBothPieces) {
  const std::string data = random_bytes(100'003);
  for (const aws::ChecksumName& row : aws::kChecksums) {
    if (!row.name.starts_with("CRC")) continue;
    for (const std::size_t cut : {0UL, 1UL, 7UL, 4096UL, 99'999UL, data.size()}) {
      const std::string_view first = std::string_view(data).substr(0, cut);
      const std::string_view second = std::string_view(data).substr(cut);
      EXPECT_EQ(
          combine_crc(row.algorithm, crc(row.hash, first), crc(row.hash, second), second.size()),
          crc(row.hash, data))
          << row.name << " cut at " << cut;
    }
  }
}

}  // namespace
}  // namespace sagebrush::service::s3
