#include "cli/upload_plan.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;

class UploadPlan : public testing::Test {
 protected:
  UploadPlan() {
    fs::create_directories(folder_.path() / "d/sub");
    write_file_atomically(folder_.path() / "d/b", "bb");
    write_file_atomically(folder_.path() / "d/sub/a", "hello");
  }
  std::vector<std::string> keys(const fs::path& path, const std::string& key) {
    std::vector<std::string> found;
    for (const LocalFile& file : files_to_upload(folder_.path() / path, {"bucket", key}))
      found.push_back(file.key);
    return found;
  }
  TemporaryDirectory folder_;
};

using Keys = std::vector<std::string>;

TEST_F(UploadPlan, AFileGoesToTheKeyOrBelowThePrefix) {
  EXPECT_EQ(keys("d/b", "x"), Keys{"x"});
  EXPECT_EQ(keys("d/b", "x/"), Keys{"x/b"});
  EXPECT_EQ(keys("d/b", ""), Keys{"b"});
}

TEST_F(UploadPlan, AFoldersFilesGoBelowThePrefix) {
  EXPECT_EQ(keys("d", "x"), (Keys{"x/b", "x/sub/a"}));
  EXPECT_EQ(keys("d", "x/"), (Keys{"x/b", "x/sub/a"}));
  EXPECT_EQ(keys("d/", ""), (Keys{"b", "sub/a"}));
}

TEST_F(UploadPlan, WhatIsNoFileIsLeftOutAndTold) {
  fs::create_symlink("nowhere", folder_.path() / "d/sub/dangling");
  fs::create_symlink("b", folder_.path() / "d/link");
  EXPECT_EQ(keys("d", ""), (Keys{"b", "link", "sub/a"}));
  EXPECT_EQ(left_out(folder_.path() / "d"),
            std::vector<fs::path>{folder_.path() / "d/sub/dangling"});
  EXPECT_TRUE(left_out(folder_.path() / "d/b").empty());
}

TEST_F(UploadPlan, NothingToUploadIsAnError) {
  EXPECT_THROW(keys("no", "x"), Error);
  fs::create_directories(folder_.path() / "empty");
  EXPECT_THROW(keys("empty", "x"), Error);
}

TEST_F(UploadPlan, EtagsAreThoseOfS3) {
  const fs::path file = folder_.path() / "d/sub/a";
  EXPECT_EQ(etag_of_file(file, 100), "5d41402abc4b2a76b9719d911017c592");
  // MD5 of MD5("hel") and MD5("lo"), both raw.
  EXPECT_EQ(etag_of_file(file, 3), "554a2f6105cc700b8cc987b5ddfb8102-2");
}

TEST_F(UploadPlan, SameSizeAndSumIsTheSame) {
  const LocalFile file{folder_.path() / "d/sub/a", "x", 5};
  EXPECT_TRUE(is_same(file, {5, "5d41402abc4b2a76b9719d911017c592"}));
  EXPECT_FALSE(is_same(file, {6, "5d41402abc4b2a76b9719d911017c592"}));
  EXPECT_FALSE(is_same(file, {5, "5d41402abc4b2a76b9719d911017c593"}));
  EXPECT_FALSE(is_same(file, {5, "5d41402abc4b2a76b9719d911017c592-2"}));
}

}  // namespace
}  // namespace sagebrush::cli
