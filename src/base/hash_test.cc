#include "base/hash.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/text.h"

namespace sagebrush {
namespace {

TEST(HashTest, GivesThePublishedCheckValues) {
  const auto hex = [](HashKind kind) { return to_hex(hash(kind, "123456789")); };
  EXPECT_EQ(hex(HashKind::kMd5), "25f9e794323b453885f5181f1b624d0b");
  EXPECT_EQ(hex(HashKind::kSha1), "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
  EXPECT_EQ(hex(HashKind::kSha256),
            "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
  EXPECT_EQ(hex(HashKind::kCrc32), "cbf43926");
  EXPECT_EQ(hex(HashKind::kCrc32c), "e3069283");
  EXPECT_EQ(hex(HashKind::kCrc64Nvme), "ae8b14860a799888");
}

TEST(HashTest, HashesNothing) {
  EXPECT_EQ(to_hex(hash(HashKind::kMd5, "")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(to_hex(hash(HashKind::kCrc32, "")), "00000000");
  EXPECT_EQ(to_hex(hash(HashKind::kCrc64Nvme, "")), "0000000000000000");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(HashTest, GivesTheSameHoweverTheDataIsCut) {
  const std::string data = random_bytes(4099);
  for (const HashKind kind : {HashKind::kMd5, HashKind::kSha1, HashKind::kSha256, HashKind::kCrc32,
                              HashKind::kCrc32c, HashKind::kCrc64Nvme}) {
    for (const std::size_t piece : {1U, 7U, 8U, 63U, 1024U}) {
      Hasher hasher(kind);
      for (std::size_t at = 0; at < data.size(); at += piece) {
        hasher.update(std::string_view(data).substr(at, piece));
      }
      EXPECT_EQ(hasher.finish(), hash(kind, data)) << "kind " << int(kind) << " piece " << piece;
    }
  }
}

// RFC 4231, test cases 2 and 6.
TEST(HashTest, ComputesHmac) {
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(std::string(131, '\xaa'),
                               "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HashTest, ComputesHmacSha1AsRfc2202) {
  EXPECT_EQ(to_hex(hmac_sha1("Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST(HashTest, ComparesWholeTexts) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

}  // namespace
}  // namespace sagebrush
