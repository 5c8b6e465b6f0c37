#include <filesystem>
#include <fstream>

#include "store/images_test_case.h"

namespace sagebrush::store {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST_F(ImagesTest, WhatNoImageNamesGoesAfterItsGrace) {
  push_image("kept", "v1");
  push_blob("left over");
  clock.advance(minutes(59));
  images.collect_garbage();
  EXPECT_TRUE(has_blob("left over"));
  clock.advance(minutes(2));
  images.collect_garbage();
  EXPECT_FALSE(has_blob("left over"));
  EXPECT_TRUE(has_blob("kept"));
  EXPECT_EQ(file_count(), 2U);
}

TEST_F(ImagesTest, APushThatWasToldYesKeepsTheBlob) {
  push_blob("layer");
  push_blob("config of layer");
  clock.advance(minutes(50));
  EXPECT_TRUE(images.find_blob(repo, digest_of("layer")).has_value());
  EXPECT_TRUE(images.find_blob(repo, digest_of("config of layer")).has_value());
  clock.advance(minutes(30));
  images.collect_garbage();
  EXPECT_TRUE(put(manifest_of("layer"), "v1").has_value());
}

TEST_F(ImagesTest, LayersOfADeletedImageHaveTheGraceOnceMore) {
  const std::string digest = push_image("layer", "v1");
  clock.advance(hours(5));
  images.delete_image(repo, {.tag = "", .digest = digest}, false);
  images.collect_garbage();
  EXPECT_TRUE(has_blob("layer"));
  clock.advance(hours(2));
  images.collect_garbage();
  EXPECT_EQ(file_count(), 0U);
}

TEST_F(ImagesTest, APinKeepsABlobWhateverBecomesOfItsRepository) {
  push_image("layer", "v1");
  const auto paths = images.pin("job/1", repo, {digest_of("layer")}).value();
  ASSERT_EQ(paths.size(), 1U);
  images.delete_repository(repo, true);
  clock.advance(hours(9));
  images.collect_garbage();
  EXPECT_TRUE(std::filesystem::exists(paths[0]));
  EXPECT_EQ(file_count(), 1U);
  images.keep_pins({"job/1"});
  images.collect_garbage();
  EXPECT_TRUE(std::filesystem::exists(paths[0]));
  images.unpin("job/1");
  images.collect_garbage();
  EXPECT_EQ(file_count(), 0U);
}

TEST_F(ImagesTest, PinsOfHoldersThatAreGoneEnd) {
  push_image("layer", "v1");
  ASSERT_TRUE(images.pin("gone", repo, {digest_of("layer")}).has_value());
  EXPECT_EQ(images.pin("x", repo, {digest_of("none")}).error().fault, ImageFault::kNoSuchBlob);
  images.keep_pins({"other"});
  images.delete_repository(repo, true);
  clock.advance(hours(2));
  images.collect_garbage();
  EXPECT_EQ(file_count(), 0U);
}

TEST_F(ImagesTest, AnIdleUploadIsGivenUp) {
  const std::string id = images.start_upload(repo).value().id();
  const auto file = data_folder / "images" / "uploads" / id;
  images.collect_garbage();
  EXPECT_TRUE(images.upload_bytes(repo, id).has_value());
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - hours(25));
  images.collect_garbage();
  EXPECT_EQ(images.upload_bytes(repo, id).error().fault, ImageFault::kNoSuchUpload);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(ImagesTest, AStartRemovesFilesThatNoRowNames) {
  push_blob("kept");
  std::ofstream(data_folder / "images" / "ab" / "ab000000-left-by-a-crash") << "x";
  std::ofstream(data_folder / "images" / "uploads" / "never-begun") << "x";
  Images again(database, data_folder, clock);
  EXPECT_EQ(file_count(), 1U);
  EXPECT_TRUE(again.open_blob(repo, digest_of("kept")).has_value());
}

TEST_F(ImagesTest, ALifecyclePolicyIsApplied) {
  for (const char* tag : {"v1", "v2", "v3"}) {
    push_image(std::string("layer ") + tag, tag);
    clock.advance(minutes(1));
  }
  images.update_repository(repo, [](Repository& changing) {
    changing.lifecycle_policy =
        R"({"rules":[{"rulePriority":1,"selection":{"tagStatus":"tagged","tagPrefixList":["v"],)"
        R"("countType":"imageCountMoreThan","countNumber":2},"action":{"type":"expire"}}]})";
  });
  images.collect_garbage();
  EXPECT_EQ(tags(), (std::vector<std::string>{"v2", "v3"}));
}

TEST_F(ImagesTest, ALifecyclePolicySparesWhatAPushMayStillNameInAnIndex) {
  const std::string child = push_image("one", "");
  images.update_repository(repo, [](Repository& changing) {
    changing.lifecycle_policy =
        R"({"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged",)"
        R"("countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]})";
  });
  push_image("two", "");
  images.collect_garbage();
  EXPECT_EQ(images.images(repo).value().size(), 2U);
  clock.advance(hours(2));
  images.collect_garbage();
  EXPECT_EQ(images.images(repo).value().size(), 1U);
}

}  // namespace
}  // namespace sagebrush::store
