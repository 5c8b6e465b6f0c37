#include <gmock/gmock.h>

#include "store/objects_fixture.h"

namespace sagebrush::store {
namespace {

class MultipartTest : public ObjectsTest {
 protected:
  MultipartTest() { upload = objects.create_upload("b", "k", {})->id; }

  std::string put_part(int number, const std::string& text) {
    return objects.put_part("b", "k", upload, number, blob(text), md5_hex(text), "{}")->etag;
  }

  ObjectOutcome<ObjectInfo> complete(const std::vector<CompletedPart>& parts,
                                     const WriteCondition& condition = {}) {
    return objects.complete_upload(
        "b", "k", upload, parts,
        [](const Upload& of, const std::vector<PartInfo>&) { return of.meta; }, condition);
  }

  const std::string big = std::string(5 << 20, 'x');
  std::string upload;
};

TEST_F(MultipartTest, MakesOneObjectOfItsPartsWithoutCopying) {
  const std::string first = put_part(2, big);
  const std::string second = put_part(7, "tail");
  const auto object = complete({{2, first}, {7, second}});
  ASSERT_TRUE(object);
  EXPECT_EQ(object->etag, md5_hex(*from_hex(first) + *from_hex(second)) + "-2");
  EXPECT_EQ(object->bytes, big.size() + 4);
  EXPECT_EQ(read("k"), big + "tail");
  EXPECT_EQ(blob_count(), 2U);
  const auto piece = objects.open(
      "b", "k", [&](const StoredObject&) { return Objects::Range{big.size() - 2, 4}; });
  EXPECT_EQ(content(piece->pieces), "xxta");
  EXPECT_EQ(objects.find_upload("b", "k", upload).error(), ObjectFault::kNoSuchUpload);
}

TEST_F(MultipartTest, CompletingTwiceAnswersTheSame) {
  const std::string etag = put_part(1, "a");
  const auto object = complete({{1, etag}});
  const auto again = complete({{1, etag}});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->etag, object->etag);
  EXPECT_EQ(complete({{1, "other"}}).error(), ObjectFault::kNoSuchUpload);
}

TEST_F(MultipartTest, RefusesPartsThatAreNotThere) {
  const std::string etag = put_part(1, "a");
  put_part(2, "b");
  EXPECT_EQ(complete({{1, etag}, {3, etag}}).error(), ObjectFault::kInvalidPart);
  EXPECT_EQ(complete({{1, md5_hex("z")}}).error(), ObjectFault::kInvalidPart);
  EXPECT_EQ(complete({}).error(), ObjectFault::kInvalidPart);
  EXPECT_EQ(complete({{2, md5_hex("b")}, {1, etag}}).error(), ObjectFault::kInvalidPartOrder);
  EXPECT_EQ(complete({{1, etag}, {2, md5_hex("b")}}).error(), ObjectFault::kEntityTooSmall);
  ASSERT_TRUE(complete({{1, etag}}));
}

TEST_F(MultipartTest, APartSentAgainReplacesTheFirstAndUnusedPartsGo) {
  put_part(1, "first");
  const std::string etag = put_part(1, "second");
  put_part(2, "unused");
  ASSERT_TRUE(complete({{1, etag}}));
  objects.collect_garbage();
  EXPECT_EQ(read("k"), "second");
  EXPECT_EQ(blob_count(), 1U);
}

TEST_F(MultipartTest, AbortFreesThePartsAndEndsTheUpload) {
  const std::string etag = put_part(1, "a");
  ASSERT_TRUE(objects.abort_upload("b", "k", upload));
  objects.collect_garbage();
  EXPECT_EQ(blob_count(), 0U);
  EXPECT_EQ(complete({{1, etag}}).error(), ObjectFault::kNoSuchUpload);
  EXPECT_EQ(objects.abort_upload("b", "k", upload).error(), ObjectFault::kNoSuchUpload);
  EXPECT_EQ(objects.put_part("b", "k", upload, 1, blob("x"), md5_hex("x"), "{}").error(),
            ObjectFault::kNoSuchUpload);
}

TEST_F(MultipartTest, DeletingAnObjectOfPartsFreesThemAll) {
  const std::string first = put_part(1, big);
  ASSERT_TRUE(complete({{1, first}, {2, put_part(2, "b")}}));
  ASSERT_TRUE(objects.remove("b", "k"));
  objects.collect_garbage();
  EXPECT_EQ(blob_count(), 0U);
}

TEST_F(MultipartTest, MaterialisingGivesAPathAndKeepsTheObject) {
  const std::string first = put_part(1, big);
  const auto object = complete({{1, first}, {2, put_part(2, "b")}});
  EXPECT_EQ(objects.list_all("b", "")->front().path, "");
  const auto path = objects.materialise("b", "k");
  ASSERT_TRUE(path);
  EXPECT_EQ(read_file(*path), big + "b");
  EXPECT_EQ(objects.materialise("b", "k"), path);
  objects.collect_garbage();
  EXPECT_EQ(blob_count(), 1U);
  const auto found = objects.find("b", "k");
  EXPECT_EQ(found->info.etag, object->etag);
  ASSERT_EQ(found->parts.size(), 2U);
  EXPECT_EQ(found->parts[0].info.bytes, big.size());
  EXPECT_EQ(read("k"), big + "b");
}

TEST_F(MultipartTest, CopiesAnObjectOfParts) {
  const std::string first = put_part(1, big);
  const auto object = complete({{1, first}, {2, put_part(2, "b")}});
  ASSERT_TRUE(objects.copy({.from_bucket = "b",
                            .from_key = "k",
                            .source_etag = object->etag,
                            .bucket = "b",
                            .key = "copy",
                            .meta = {},
                            .condition = {}}));
  ASSERT_TRUE(objects.remove("b", "k"));
  objects.collect_garbage();
  EXPECT_EQ(read("copy"), big + "b");
}

TEST_F(MultipartTest, ListsPartsAndUploadsByPages) {
  for (int number = 1; number <= 5; ++number) put_part(number, std::to_string(number));
  const auto parts = objects.list_parts("b", "k", upload, 1, 3);
  ASSERT_EQ(parts->parts.size(), 3U);
  EXPECT_EQ(parts->parts.front().number, 2);
  EXPECT_TRUE(parts->truncated);
  EXPECT_FALSE(objects.list_parts("b", "k", upload, 2, 3)->truncated);

  for (const char* key : {"a/1", "a/2", "z"}) ASSERT_TRUE(objects.create_upload("b", key, {}));
  ASSERT_TRUE(objects.create_upload("b", "k", {}));
  UploadQuery query{.prefix = "", .delimiter = "/", .after_key = "", .after_id = "", .limit = 2};
  auto page = objects.list_uploads("b", query);
  EXPECT_THAT(page->common_prefixes, testing::ElementsAre("a/"));
  ASSERT_EQ(page->uploads.size(), 1U);
  EXPECT_EQ(page->uploads[0].key, "k");
  ASSERT_TRUE(page->truncated);
  query.after_key = page->last_key;
  query.after_id = page->last_id;
  page = objects.list_uploads("b", query);
  EXPECT_TRUE(page->common_prefixes.empty());
  ASSERT_EQ(page->uploads.size(), 2U);
  EXPECT_EQ(page->uploads[0].key, "k");
  EXPECT_EQ(page->uploads[1].key, "z");
  EXPECT_FALSE(page->truncated);
}

}  // namespace
}  // namespace sagebrush::store
