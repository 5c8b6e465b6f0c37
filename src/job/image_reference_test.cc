#include "job/image_reference.h"

#include <gtest/gtest.h>

namespace sagebrush::job {
namespace {

const std::string kDigest = "sha256:" + std::string(64, '0');

// "host|repository|tag|digest", or "none".
std::string read(const std::string& text) {
  const auto found = parse_image_reference(text);
  if (!found) return "none";
  return found->host + "|" + found->repository + "|" + found->tag + "|" + found->digest;
}

TEST(ImageReference, IsReadAsDockerReadsIt) {
  EXPECT_EQ(read("train"), "|train|latest|");
  EXPECT_EQ(read("team/train:v1"), "|team/train|v1|");
  EXPECT_EQ(read("127.0.0.1:9000/team/train:v1"), "127.0.0.1:9000|team/train|v1|");
  EXPECT_EQ(read("[::1]:9000/train"), "[::1]:9000|train|latest|");
  EXPECT_EQ(read("GPU-Box:9000/train"), "gpu-box:9000|train|latest|");
  EXPECT_EQ(read("localhost/train"), "localhost|train|latest|");
  EXPECT_EQ(read("1.dkr.ecr.us-east-1.amazonaws.com/a/b@" + kDigest),
            "1.dkr.ecr.us-east-1.amazonaws.com|a/b||" + kDigest);
  EXPECT_EQ(read("train:v1@" + kDigest), "|train|v1|" + kDigest);
}

TEST(ImageReference, WhatIsNoneIsNone) {
  for (const char* text :
       {"", "/", "train:", "train:a b", "train@sha256:12", "train@", "a/../b", "a//b", "Train",
        "host.x/", "a b.c/train", "train:v1:v2", "s3://bucket/key"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
}

TEST(RegistryNames, KnowsItsOwnHostsAndAccount) {
  const RegistryNames names("000000000000", {"127.0.0.1:9000", "localhost:9000", "gpu-box:9000"});
  EXPECT_EQ(names.owner(""), RegistryOwner::kOurs);
  EXPECT_EQ(names.owner("gpu-box:9000"), RegistryOwner::kOurs);
  EXPECT_EQ(names.owner("gpu-box:5000"), RegistryOwner::kForeign);
  EXPECT_EQ(names.owner("ecr.localhost:9000"), RegistryOwner::kOurs);
  EXPECT_EQ(names.owner("ecr.localhost:9001"), RegistryOwner::kForeign);
  EXPECT_EQ(names.owner("docker.io"), RegistryOwner::kForeign);
  EXPECT_EQ(names.owner("000000000000.dkr.ecr.eu-west-1.amazonaws.com"), RegistryOwner::kOurs);
  EXPECT_EQ(names.owner("763104351884.dkr.ecr.us-east-1.amazonaws.com"), RegistryOwner::kAccount);
  EXPECT_EQ(names.owner("763104351884.dkr.ecr.cn-north-1.amazonaws.com.cn"),
            RegistryOwner::kAccount);
  EXPECT_EQ(names.owner("763104351884.dkr.ecr.us-east-1.example.com"), RegistryOwner::kForeign);
}

}  // namespace
}  // namespace sagebrush::job
