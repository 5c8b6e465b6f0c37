#include "job/file_systems.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::job {
namespace {

const FileSystem kPlain{.path = "/shared", .mount_name = ""};
const FileSystem kLustre{.path = "/lustre", .mount_name = "fsx"};

TEST(PathInFileSystem, IsBelowItsFolder) {
  EXPECT_EQ(path_in_file_system(kPlain, "EFS", "/"), "");
  EXPECT_EQ(path_in_file_system(kPlain, "EFS", "/data//train/./x/"), "data/train/x");
  EXPECT_EQ(path_in_file_system(kPlain, "FSxLustre", "/fsx/data"), "fsx/data");
}

TEST(PathInFileSystem, BeginsWithTheMountNameOfLustre) {
  EXPECT_EQ(path_in_file_system(kLustre, "FSxLustre", "/fsx/data"), "data");
  EXPECT_EQ(path_in_file_system(kLustre, "FSxLustre", "/fsx"), "");
  EXPECT_THROW(path_in_file_system(kLustre, "FSxLustre", "/data"), Error);
  EXPECT_EQ(path_in_file_system(kLustre, "EFS", "/fsx/data"), "fsx/data");
}

TEST(PathInFileSystem, DoesNotLeadOut) {
  for (const char* bad : {"", "data", "/..", "/data/../..", "/../etc"}) {
    EXPECT_THROW(path_in_file_system(kPlain, "EFS", bad), Error) << bad;
  }
}

}  // namespace
}  // namespace sagebrush::job
