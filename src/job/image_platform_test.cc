#include "job/image_platform.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::job {
namespace {

const Platform kMachine{"linux", "amd64"};

store::Descriptor entry(const std::string& architecture, const std::string& digest) {
  store::Descriptor made;
  made.os = architecture.empty() ? "" : "linux";
  made.architecture = architecture;
  made.digest = digest;
  return made;
}

std::string refusal(const std::vector<store::Descriptor>& manifests) {
  try {
    choose_platform(manifests, kMachine);
  } catch (const Error& error) {
    return error.what();
  }
  return "(taken)";
}

TEST(ImagePlatform, AnIndexAnswersTheMachinesImage) {
  const std::vector<store::Descriptor> both{entry("arm64", "a"), entry("amd64", "b"),
                                            entry("unknown", "c")};
  EXPECT_EQ(choose_platform(both, kMachine).digest, "b");
  EXPECT_EQ(choose_platform({entry("arm64", "a"), entry("", "b")}, kMachine).digest, "b");
}

TEST(ImagePlatform, AForeignImageSaysWhatToDo) {
  EXPECT_EQ(refusal({entry("arm64", "a")}),
            "Exec format error: image is linux/arm64, this machine linux/amd64; build with "
            "--platform linux/amd64");
  EXPECT_NE(refusal({entry("unknown", "a")}).find("names no image to run"), std::string::npos);
  try {
    require_platform({{"os", "linux"}, {"architecture", "arm64"}}, kMachine);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "Exec format error: image is linux/arm64, this machine linux/amd64; build with "
                 "--platform linux/amd64");
  }
}

TEST(ImagePlatform, WhatIsNotSaidIsRight) {
  EXPECT_NO_THROW(require_platform({}, kMachine));
  EXPECT_NO_THROW(require_platform({{"architecture", "amd64"}}, kMachine));
}

TEST(ImagePlatform, ThisMachineHasOne) {
  EXPECT_EQ(this_platform().os, "linux");
  EXPECT_FALSE(this_platform().architecture.empty());
}

}  // namespace
}  // namespace sagebrush::job
