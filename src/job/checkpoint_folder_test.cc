#include "job/checkpoint_folder.h"

#include <gtest/gtest.h>

namespace sagebrush::job {
namespace {

using agent_protocol::ImageKind;

TEST(CheckpointFolder, IsAnyThatIsTheJobsOwn) {
  for (const char* path : {"/opt/ml/checkpoints", "/opt/ml/checkpoints/", "/tmp/x", "/data/ck",
                           "/root/ck", "/opt/ml/output/intermediate", "//tmp//x/./y"}) {
    EXPECT_EQ(checkpoint_folder_problem(path, ImageKind::kHost), std::nullopt) << path;
    EXPECT_EQ(checkpoint_folder_problem(path, ImageKind::kRegistry), std::nullopt) << path;
  }
}

TEST(CheckpointFolder, IsNoneThatMeansSomethingElse) {
  for (const char* path :
       {"", "relative/x", "/", "/usr", "/usr/", "/opt/ml", "/opt/ml/../../etc", "/opt/ml/model",
        "/opt/ml/model/", "/opt/ml/input", "/opt/ml/input/data/train", "/proc/self", "/./", "//"}) {
    EXPECT_NE(checkpoint_folder_problem(path, ImageKind::kHost), std::nullopt) << path;
    EXPECT_NE(checkpoint_folder_problem(path, ImageKind::kRegistry), std::nullopt) << path;
  }
}

TEST(CheckpointFolder, IsAnImagesOwnButNotTheMachines) {
  for (const char* path : {"/var/checkpoints", "/opt/program/checkpoints", "/usr/src/app/ck"}) {
    EXPECT_NE(checkpoint_folder_problem(path, ImageKind::kHost), std::nullopt) << path;
    EXPECT_NE(checkpoint_folder_problem(path, ImageKind::kBuiltin), std::nullopt) << path;
    EXPECT_EQ(checkpoint_folder_problem(path, ImageKind::kRegistry), std::nullopt) << path;
  }
}

}  // namespace
}  // namespace sagebrush::job
