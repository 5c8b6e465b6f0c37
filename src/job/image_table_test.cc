#include "job/image_table.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::job {
namespace {

using agent_protocol::ImageKind;

TEST(ImageName, LeavesOutRegistryTagAndDigest) {
  EXPECT_EQ(image_name("sagebrush/host:latest"), "sagebrush/host");
  EXPECT_EQ(image_name("811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1"),
            "image-classification");
  EXPECT_EQ(image_name("localhost:5000/a/b@sha256:0123"), "a/b");
  EXPECT_EQ(image_name("localhost/a"), "a");
}

TEST(ImageTable, KnowsAwsNamesAndOurs) {
  const ImageTable table;
  EXPECT_EQ(table.find("sagebrush/image-classification:latest"), ImageKind::kBuiltin);
  EXPECT_EQ(table.find("811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1"),
            ImageKind::kBuiltin);
  EXPECT_EQ(
      table.find("763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.0.0-gpu-py310"),
      ImageKind::kHost);
  EXPECT_EQ(table.find("nobody/knows:this"), std::nullopt);
}

TEST(ImageTable, TakesTheUsersLinesFirst) {
  const ImageTable table("image-classification,host\nmine/*,builtin\n");
  EXPECT_EQ(table.find("image-classification:1"), ImageKind::kHost);
  EXPECT_EQ(table.find("mine/own:3"), ImageKind::kBuiltin);
  EXPECT_THROW(ImageTable("mine,nothing"), Error);
}

}  // namespace
}  // namespace sagebrush::job
