#include "store/image_names.h"

#include <gtest/gtest.h>

#include <string>

namespace sagebrush::store {
namespace {

TEST(ImageNames, RepositoryNamesAreThoseOfTheSpecification) {
  for (const char* name :
       {"a", "train", "team/train", "a/b/c", "a.b_c-d", "a__b", "a---b", "0/1"}) {
    EXPECT_TRUE(is_repository_name(name)) << name;
  }
  for (const char* name :
       {"",      "/",    "a/", "/a", "a//b", "A",   "a/../b", "..",       ".",     "a..b",
        "a___b", "a_-b", "-a", "a-", "a b",  "a:b", "a@b",    "\xc3\xa4", "a/./b", "a\\b"}) {
    EXPECT_FALSE(is_repository_name(name)) << name;
  }
  EXPECT_TRUE(is_repository_name(std::string(255, 'a')));
  EXPECT_FALSE(is_repository_name(std::string(256, 'a')));
  EXPECT_FALSE(is_repository_name(std::string_view("a\0b", 3)));
}

TEST(ImageNames, TagsAreThoseOfTheSpecification) {
  for (const char* tag : {"latest", "v1.0_rc-2", "_x", "1"}) EXPECT_TRUE(is_tag(tag)) << tag;
  for (const char* tag : {"", ".x", "-x", "a/b", "a:b", "..", "a b"}) EXPECT_FALSE(is_tag(tag));
  EXPECT_TRUE(is_tag(std::string(128, 'a')));
  EXPECT_FALSE(is_tag(std::string(129, 'a')));
}

TEST(ImageNames, DigestsAreSha256InLowerCase) {
  const std::string digits(64, 'a');
  EXPECT_TRUE(is_digest("sha256:" + digits));
  EXPECT_FALSE(is_digest("sha256:" + digits + "a"));
  EXPECT_FALSE(is_digest("sha256:" + digits.substr(1)));
  EXPECT_FALSE(is_digest("sha256:" + std::string(64, 'A')));
  EXPECT_FALSE(is_digest("sha512:" + digits + digits));
  EXPECT_FALSE(is_digest("sha256:../" + digits.substr(3)));
  EXPECT_FALSE(is_digest(digits));
}

}  // namespace
}  // namespace sagebrush::store
