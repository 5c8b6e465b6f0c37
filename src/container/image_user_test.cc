#include "container/image_user.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::container {
namespace {

constexpr const char* kPasswd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "# a comment\n"
    "broken\n"
    "trainer:x:1000:100:,,,:/home/trainer:/bin/sh\n"
    "7:x:1007:107::/home/seven:/bin/sh\n";
constexpr const char* kGroup =
    "root:x:0:\nusers:x:100:\nvideo:x:44:other,trainer\naudio:x:29:trainer\n";

ImageUser user(const char* text) {
  return image_user(text, kPasswd, kGroup);
}

TEST(ImageUser, IsRootUnlessTheImageSaysOtherwise) {
  EXPECT_EQ(user("").uid, 0U);
  EXPECT_EQ(user("").home, "/root");
  EXPECT_EQ(image_user("", "", "").home, "/root");
}

TEST(ImageUser, IsFoundByNameWithItsGroups) {
  const auto trainer = user("trainer");
  EXPECT_EQ(trainer.uid, 1000U);
  EXPECT_EQ(trainer.gid, 100U);
  EXPECT_EQ(trainer.groups, (std::vector<unsigned>{44, 29}));
  EXPECT_EQ(trainer.home, "/home/trainer");
}

TEST(ImageUser, IsFoundByNumber) {
  EXPECT_EQ(user("1000").gid, 100U);
  EXPECT_EQ(user("1000").home, "/home/trainer");
  EXPECT_EQ(user("4711").uid, 4711U);
  EXPECT_EQ(user("4711").gid, 0U);
  EXPECT_EQ(user("4711").home, "/");
  EXPECT_EQ(user("7").uid, 7U);  // a number is a number, whatever somebody is called
}

TEST(ImageUser, TakesTheGroupThatIsNamed) {
  const auto trainer = user("trainer:video");
  EXPECT_EQ(trainer.gid, 44U);
  EXPECT_TRUE(trainer.groups.empty());
  EXPECT_EQ(user("5:6").gid, 6U);
  EXPECT_EQ(user(":6").uid, 0U);
}

TEST(ImageUser, IsRefusedWhenTheImageDoesNotHaveIt) {
  EXPECT_THROW(user("nobody"), Error);
  EXPECT_THROW(user("trainer:nogroup"), Error);
  EXPECT_THROW(user("4294967295"), Error);
  EXPECT_THROW(user("-1"), Error);
}

}  // namespace
}  // namespace sagebrush::container
