#include "store/images.h"

#include <thread>

#include "store/images_test_case.h"

namespace sagebrush::store {
namespace {

using std::chrono::hours;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

TEST_F(ImagesTest, RepositoriesAreFoundListedChangedAndDeleted) {
  EXPECT_EQ(images.create_repository({.name = repo, .region = "", .created = {}}).error().fault,
            ImageFault::kRepositoryExists);
  images.create_repository({.name = "a", .region = "eu-west-1", .created = {}});
  const auto all = images.repositories("", 10);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "a");
  EXPECT_EQ(images.repositories("a", 10).size(), 1U);
  images.update_repository("a", [](Repository& changing) { changing.immutable_tags = true; });
  EXPECT_TRUE(images.find_repository("a").value().immutable_tags);
  EXPECT_EQ(images.find_repository("a").value().created, clock.now());
  EXPECT_TRUE(images.delete_repository("a", false).has_value());
  EXPECT_EQ(images.find_repository("a").error().fault, ImageFault::kNoSuchRepository);
}

TEST_F(ImagesTest, ARepositoryWithImagesGoesOnlyByForce) {
  push_image("layer", "v1");
  EXPECT_EQ(images.delete_repository(repo, false).error().fault, ImageFault::kRepositoryNotEmpty);
  EXPECT_TRUE(images.delete_repository(repo, true).has_value());
  clock.advance(hours(2));
  images.collect_garbage();
  EXPECT_EQ(file_count(), 0U);
}

TEST_F(ImagesTest, AnUploadInPiecesBecomesABlob) {
  const std::string text = "hello world";
  std::string id;
  {
    auto upload = images.start_upload(repo).value();
    id = upload.id();
    upload.write(bytes_of("hello "));
    EXPECT_EQ(images.resume_upload(repo, id).error().fault, ImageFault::kUploadBusy);
    EXPECT_EQ(images.upload_bytes(repo, id).value(), 6U);
  }
  auto upload = images.resume_upload(repo, id).value();
  EXPECT_EQ(upload.bytes(), 6U);
  upload.write(bytes_of("world"));
  EXPECT_EQ(upload.finish(digest_of(text)).value().bytes, 11U);
  auto blob = images.open_blob(repo, digest_of(text)).value();
  std::string read(blob.bytes, '\0');
  blob.file.read_at(0, std::as_writable_bytes(std::span(read)));
  EXPECT_EQ(read, text);
  EXPECT_EQ(images.resume_upload(repo, id).error().fault, ImageFault::kNoSuchUpload);
  EXPECT_EQ(file_count("images/uploads"), 0U);
}

TEST_F(ImagesTest, AnUploadOutlivesTheServer) {
  const std::string id = [&] {
    Images first(database, data_folder, clock);
    auto upload = first.start_upload(repo).value();
    upload.write(bytes_of("first "));
    return upload.id();
  }();
  Images second(database, data_folder, clock);
  EXPECT_EQ(second.upload_bytes(repo, id).value(), 6U);
  auto upload = second.resume_upload(repo, id).value();
  upload.write(bytes_of("second"));
  EXPECT_TRUE(upload.finish(digest_of("first second")).has_value());
}

TEST_F(ImagesTest, AWrongDigestLeavesNothing) {
  auto upload = images.start_upload(repo).value();
  const std::string id = upload.id();
  upload.write(bytes_of("x"));
  const auto outcome = upload.finish(digest_of("y"));
  EXPECT_EQ(outcome.error().fault, ImageFault::kDigestMismatch);
  EXPECT_EQ(outcome.error().what, digest_of("x"));
  EXPECT_EQ(images.upload_bytes(repo, id).error().fault, ImageFault::kNoSuchUpload);
  EXPECT_EQ(file_count(), 0U);
}

TEST_F(ImagesTest, AnUploadBelongsToItsRepository) {
  images.create_repository({.name = "other", .region = "", .created = {}});
  auto upload = images.start_upload(repo).value();
  EXPECT_EQ(images.resume_upload("other", upload.id()).error().fault, ImageFault::kNoSuchUpload);
  EXPECT_EQ(images.resume_upload(repo, "../../credentials").error().fault,
            ImageFault::kNoSuchUpload);
  EXPECT_EQ(images.start_upload("nowhere").error().fault, ImageFault::kNoSuchRepository);
  upload.cancel();
  EXPECT_EQ(file_count(), 0U);
}

TEST_F(ImagesTest, OneFileADigestWhoeverPushesIt) {
  images.create_repository({.name = "other", .region = "", .created = {}});
  std::vector<std::thread> pushers;
  for (int i = 0; i < 20; ++i) {
    pushers.emplace_back([&, i] { push_blob("the same layer", i % 2 ? repo : "other"); });
  }
  for (std::thread& pusher : pushers) pusher.join();
  EXPECT_EQ(file_count(), 1U);
  EXPECT_TRUE(images.find_blob(repo, digest_of("the same layer")).has_value());
  EXPECT_TRUE(images.find_blob("other", digest_of("the same layer")).has_value());
}

TEST_F(ImagesTest, ABlobIsOfTheRepositoryThatHasIt) {
  images.create_repository({.name = "other", .region = "", .created = {}});
  const std::string digest = push_blob("layer");
  EXPECT_EQ(images.find_blob("other", digest).error().fault, ImageFault::kNoSuchBlob);
  EXPECT_EQ(images.mount_blob("other", "nowhere", digest).error().fault, ImageFault::kNoSuchBlob);
  EXPECT_TRUE(images.mount_blob("other", repo, digest).has_value());
  EXPECT_TRUE(images.open_blob("other", digest).has_value());
}

TEST_F(ImagesTest, AManifestIsTakenOnceWhatItNamesIsThere) {
  const std::string manifest = manifest_of("layer");
  EXPECT_EQ(put(manifest, "v1").error().fault, ImageFault::kMissingBlob);
  push_blob("config of layer");
  EXPECT_EQ(put(manifest, "v1").error().what, digest_of("layer"));
  push_blob("layer");
  const auto pushed = put(manifest, "v1");
  ASSERT_TRUE(pushed.has_value());
  EXPECT_EQ(pushed->digest, digest_of(manifest));
  EXPECT_FALSE(pushed->there_before);
  EXPECT_TRUE(put(manifest, "v1").value().there_before);
  EXPECT_FALSE(put(manifest, "v2").value().there_before);
  const auto found = images.find_image(repo, {.tag = "v1", .digest = ""}).value();
  EXPECT_EQ(found.content, manifest);
  EXPECT_EQ(found.info.tags, (std::vector<std::string>{"v1", "v2"}));
  EXPECT_EQ(found.info.image_bytes, 5U + 15U);
}

TEST_F(ImagesTest, AManifestMustKnowTheSizes) {
  push_blob("layer");
  push_blob("config of layer");
  std::string manifest = manifest_of("layer");
  manifest.replace(manifest.find(R"("size":5)"), 8, R"("size":6)");
  EXPECT_EQ(put(manifest, "v1").error().fault, ImageFault::kWrongSize);
}

TEST_F(ImagesTest, AnImmutableTagStays) {
  images.update_repository(repo, [](Repository& changing) { changing.immutable_tags = true; });
  const std::string first = push_image("one", "v1");
  push_blob("two");
  push_blob("config of two");
  EXPECT_EQ(put(manifest_of("two"), "v1").error().fault, ImageFault::kTagImmutable);
  EXPECT_TRUE(put(manifest_of("one"), "v1").has_value());
  EXPECT_EQ(images.find_image(repo, {.tag = "v1", .digest = ""}).value().info.digest, first);
}

TEST_F(ImagesTest, ExcludedTagsAreTheOtherWayAround) {
  const auto change = [&](bool immutable) {
    images.update_repository(repo, [&](Repository& changing) {
      changing.immutable_tags = immutable;
      changing.tag_exclusions = {"dev-*", "latest"};
    });
  };
  change(true);
  EXPECT_EQ(images.find_repository(repo).value().tag_exclusions,
            (std::vector<std::string>{"dev-*", "latest"}));
  push_image("one", "v1");
  push_image("one", "dev-1");
  push_image("two", "dev-1");
  EXPECT_EQ(put(manifest_of("two"), "v1").error().fault, ImageFault::kTagImmutable);
  change(false);
  EXPECT_TRUE(put(manifest_of("two"), "v1").has_value());
  EXPECT_EQ(put(manifest_of("one"), "dev-1").error().fault, ImageFault::kTagImmutable);
}

TEST_F(ImagesTest, ATagMovesAndTheOldImageStaysUntagged) {
  const std::string one = push_image("one", "latest");
  const std::string two = push_image("two", "latest");
  EXPECT_EQ(images.find_image(repo, {.tag = "latest", .digest = ""}).value().info.digest, two);
  EXPECT_TRUE(images.find_image(repo, {.tag = "", .digest = one}).value().info.tags.empty());
  EXPECT_EQ(images.find_image(repo, {.tag = "latest", .digest = one}).error().fault,
            ImageFault::kTagMismatch);
}

TEST_F(ImagesTest, DeletingTheLastTagDeletesTheImage) {
  const std::string digest = push_image("one", "a");
  put(manifest_of("one"), "b");
  EXPECT_EQ(images.delete_image(repo, {.tag = "a", .digest = ""}, false).value().tags,
            std::vector<std::string>{"a"});
  EXPECT_EQ(tags(), std::vector<std::string>{"b"});
  images.delete_image(repo, {.tag = "b", .digest = ""}, false);
  EXPECT_EQ(images.find_image(repo, {.tag = "", .digest = digest}).error().fault,
            ImageFault::kNoSuchImage);
}

TEST_F(ImagesTest, AnIndexKeepsItsImages) {
  const std::string child = push_image("one", "");
  const std::string index =
      R"({"schemaVersion":2,"manifests":[{"mediaType":"m","size":1,"digest":")" + child + R"("}]})";
  const std::string missing =
      R"({"schemaVersion":2,"manifests":[{"mediaType":"m","size":1,"digest":")" +
      digest_of("nothing") + R"("}]})";
  EXPECT_EQ(put(missing, "all", kOciIndex).error().fault, ImageFault::kMissingManifest);
  ASSERT_TRUE(put(index, "all", kOciIndex).has_value());
  const auto refused = images.delete_image(repo, {.tag = "", .digest = child}, false);
  EXPECT_EQ(refused.error().fault, ImageFault::kReferenced);
  EXPECT_EQ(refused.error().what, digest_of(index));
  EXPECT_EQ(images.delete_blob(repo, digest_of("one")).error().fault, ImageFault::kReferenced);
  images.delete_image(repo, {.tag = "all", .digest = ""}, false);
  EXPECT_TRUE(images.delete_image(repo, {.tag = "", .digest = child}, false).has_value());
  EXPECT_TRUE(images.delete_blob(repo, digest_of("one")).has_value());
  EXPECT_FALSE(has_blob("one"));
}

TEST_F(ImagesTest, ReferrersAreFoundBySubject) {
  const std::string digest = push_image("one", "v1");
  std::string signature = manifest_of("one");
  signature.insert(
      1,
      R"("artifactType":"application/x-signature","subject":{"mediaType":"m","size":1,"digest":")" +
          digest + R"("},)");
  ASSERT_TRUE(put(signature, "").has_value());
  const auto found = images.referrers(repo, digest).value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].digest, digest_of(signature));
  EXPECT_EQ(found[0].artifact_type, "application/x-signature");
}

TEST_F(ImagesTest, APullIsRemembered) {
  const std::string digest = push_image("one", "v1");
  EXPECT_FALSE(images.find_image(repo, {.tag = "v1", .digest = ""}, true).value().info.pulled);
  EXPECT_EQ(images.find_image(repo, {.tag = "v1", .digest = ""}).value().info.pulled, clock.now());
}

}  // namespace
}  // namespace sagebrush::store
