#include "store/objects.h"

#include <fcntl.h>
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "store/objects_fixture.h"

namespace sagebrush::store {
namespace {

TEST_F(ObjectsTest, GivesBackWhatWasPut) {
  const ObjectMeta meta{.document = R"({"ContentType":"text/plain"})",
                        .storage_class = "STANDARD_IA",
                        .checksum = "CRC32/FULL_OBJECT"};
  ASSERT_TRUE(objects.put("b", "k", blob("hello"), md5_hex("hello"), meta));
  const auto info = objects.head("b", "k");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->bytes, 5U);
  EXPECT_EQ(info->etag, md5_hex("hello"));
  EXPECT_EQ(info->modified, clock.now());
  EXPECT_EQ(info->meta.document, meta.document);
  EXPECT_EQ(info->meta.storage_class, "STANDARD_IA");
  EXPECT_EQ(read("k"), "hello");
}

TEST_F(ObjectsTest, KeepsAnyLegalKey) {
  const std::string keys[] = {"..",
                              "../../etc/passwd",
                              "/",
                              "//a//",
                              "a/",
                              std::string("\0x\x01\x01y", 5),
                              "\xf0\x9f\x8c\xb5",
                              "%2e%2e",
                              "a b+c",
                              std::string(1024, 'k')};
  for (const std::string& key : keys) ASSERT_TRUE(put(key, "of " + key));
  for (const std::string& key : keys) EXPECT_EQ(read(key), "of " + key);
  const auto listing = objects.list("b", {});
  ASSERT_EQ(listing->objects.size(), std::size(keys));
  for (const ObjectInfo& info : listing->objects) {
    EXPECT_THAT(keys, testing::Contains(info.key));
  }
}

TEST_F(ObjectsTest, OverwritingFreesTheOldBytes) {
  ASSERT_TRUE(put("k", "one"));
  ASSERT_TRUE(put("k", "two"));
  objects.collect_garbage();
  EXPECT_EQ(read("k"), "two");
  EXPECT_EQ(blob_count(), 1U);
}

TEST_F(ObjectsTest, ReaderKeepsTheBytesItOpened) {
  ASSERT_TRUE(put("k", "one"));
  const auto opened =
      objects.open("b", "k", [](const StoredObject&) { return Objects::Range{1, 2}; });
  ASSERT_TRUE(put("k", "two"));
  objects.collect_garbage();
  EXPECT_EQ(content(opened->pieces), "ne");
}

TEST_F(ObjectsTest, AnAbandonedWriterLeavesNothing) {
  {
    const BlobWriter writer = blob("half");
  }
  EXPECT_EQ(blob_count(), 0U);
}

TEST_F(ObjectsTest, ARefusedPutLeavesNothing) {
  EXPECT_EQ(objects.put("none", "k", blob("x"), md5_hex("x"), {}).error(),
            ObjectFault::kNoSuchBucket);
  EXPECT_EQ(blob_count(), 0U);
}

TEST_F(ObjectsTest, PutHoldsItsConditions) {
  EXPECT_EQ(put("k", "x", {.if_match = "*", .if_none_match = false}).error(),
            ObjectFault::kNoSuchKey);
  ASSERT_TRUE(put("k", "one", {.if_match = {}, .if_none_match = true}));
  EXPECT_EQ(put("k", "two", {.if_match = {}, .if_none_match = true}).error(),
            ObjectFault::kPreconditionFailed);
  EXPECT_EQ(put("k", "two", {.if_match = md5_hex("other"), .if_none_match = false}).error(),
            ObjectFault::kPreconditionFailed);
  EXPECT_EQ(read("k"), "one");
  ASSERT_TRUE(put("k", "two", {.if_match = md5_hex("one"), .if_none_match = false}));
}

TEST_F(ObjectsTest, OneOfManyCreatorsWins) {
  std::atomic<int> winners = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      if (put("k", std::to_string(i), {.if_match = {}, .if_none_match = true})) ++winners;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(winners, 1);
  objects.collect_garbage();
  EXPECT_EQ(blob_count(), 1U);
}

TEST_F(ObjectsTest, DeletesWhatIsThereAndMindsNotWhatIsNot) {
  ASSERT_TRUE(put("a", "1"));
  ASSERT_TRUE(put("c", "3"));
  ASSERT_TRUE(objects.remove("b", {"a", "missing", "c"}));
  EXPECT_EQ(objects.head("b", "a").error(), ObjectFault::kNoSuchKey);
  EXPECT_EQ(objects.remove("none", "a").error(), ObjectFault::kNoSuchBucket);
  objects.collect_garbage();
  EXPECT_EQ(blob_count(), 0U);
}

TEST_F(ObjectsTest, CopySharesTheBytesAndOutlivesItsSource) {
  const auto source = put("k", "hello");
  ASSERT_TRUE(objects.copy({.from_bucket = "b",
                            .from_key = "k",
                            .source_etag = source->etag,
                            .bucket = "b",
                            .key = "copy",
                            .meta = {},
                            .condition = {}}));
  EXPECT_TRUE(
      std::filesystem::equivalent(objects.find("b", "k")->path, objects.find("b", "copy")->path));
  ASSERT_TRUE(objects.remove("b", "k"));
  objects.collect_garbage();
  EXPECT_EQ(read("copy"), "hello");
}

TEST_F(ObjectsTest, CopyOfAnObjectWhoseBytesAreLostIsAnError) {
  const auto source = put("k", "hello");
  std::filesystem::remove(objects.find("b", "k")->path);
  EXPECT_THROW(objects.copy({.from_bucket = "b",
                             .from_key = "k",
                             .source_etag = source->etag,
                             .bucket = "b",
                             .key = "copy",
                             .meta = {},
                             .condition = {}}),
               Error);
}

TEST_F(ObjectsTest, RemovesOnConditionOfItsETag) {
  const auto object = put("k", "hello");
  EXPECT_EQ(objects.remove("b", "k", {.if_match = "other"}).error(),
            ObjectFault::kPreconditionFailed);
  ASSERT_TRUE(objects.remove("b", "k", {.if_match = object->etag}));
  EXPECT_EQ(objects.remove("b", "k", {.if_match = "*"}).error(), ObjectFault::kNoSuchKey);
  EXPECT_TRUE(objects.remove("b", "k"));
}

TEST_F(ObjectsTest, CopyRefusesASourceThatChanged) {
  ASSERT_TRUE(put("k", "hello"));
  EXPECT_EQ(objects
                .copy({.from_bucket = "b",
                       .from_key = "k",
                       .source_etag = "other",
                       .bucket = "b",
                       .key = "copy",
                       .meta = {},
                       .condition = {}})
                .error(),
            ObjectFault::kPreconditionFailed);
}

TEST_F(ObjectsTest, BucketsAreMadeOnceAndGoOnlyWhenEmpty) {
  EXPECT_FALSE(objects.create_bucket("b", "eu-west-1"));
  EXPECT_EQ(objects.find_bucket("b")->region, "us-east-1");
  ASSERT_TRUE(put("k", "x"));
  EXPECT_EQ(objects.delete_bucket("b").error(), ObjectFault::kBucketNotEmpty);
  ASSERT_TRUE(objects.remove("b", "k"));
  ASSERT_TRUE(objects.create_upload("b", "k", {}));
  ASSERT_TRUE(objects.delete_bucket("b"));
  EXPECT_FALSE(objects.find_bucket("b"));
  EXPECT_EQ(objects.delete_bucket("b").error(), ObjectFault::kNoSuchBucket);
  ASSERT_TRUE(objects.create_bucket("b", "us-east-1"));
  EXPECT_TRUE(objects.list_uploads("b", {})->uploads.empty());
}

TEST_F(ObjectsTest, RefusesWhatDoesNotFitBeforeAnyByte) {
  try {
    objects.start_blob(1ULL << 60);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kLimitExceeded);
  }
}

TEST(ObjectsStart, SweepsBlobsThatNoRowNamesAndKeepsTheOthers) {
  const DatabaseFixture fixture;
  Database database(fixture.url());
  const std::string orphan = "ab000000-0000-4000-8000-000000000000";
  const auto path = fixture.folder() / "blobs" / "ab" / orphan;
  const ObjectsOptions options{.garbage_grace = std::chrono::hours(1)};
  {
    Objects objects(database, fixture.folder(), system_clock(), options);
    objects.collect_garbage();
    objects.create_bucket("b", "us-east-1");
    for (const char* key : {"kept", "gone"}) {
      ASSERT_TRUE(objects.put("b", key, objects.start_blob(0), md5_hex(""), {}));
    }
    write_file_atomically(path, "never committed");
  }
  std::filesystem::path gone;
  {
    Objects objects(database, fixture.folder(), system_clock(), options);
    gone = objects.find("b", "gone")->path;
    ASSERT_TRUE(objects.remove("b", "gone"));
    EXPECT_TRUE(std::filesystem::exists(gone));  // its grace is not over
  }
  Objects objects(database, fixture.folder(), system_clock(), options);
  objects.collect_garbage();
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(gone));
  EXPECT_TRUE(std::filesystem::exists(objects.find("b", "kept")->path));
}

}  // namespace
}  // namespace sagebrush::store
