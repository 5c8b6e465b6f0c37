#include "store/recent_objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "store/objects_fixture.h"

namespace sagebrush::store {
namespace {

RecentObjects::EntryPtr entry(const std::string& etag) {
  RecentObjects::Entry made;
  made.object.info.etag = etag;
  return std::make_shared<const RecentObjects::Entry>(std::move(made));
}

TEST(RecentObjects, GivesBackWhatWasKeptUntilItIsForgotten) {
  RecentObjects recent;
  EXPECT_EQ(recent.find("b", "k"), nullptr);
  recent.keep("b", "k", recent.now("b", "k"), entry("1"));
  ASSERT_NE(recent.find("b", "k"), nullptr);
  EXPECT_EQ(recent.find("b", "k")->object.info.etag, "1");
  EXPECT_EQ(recent.find("b", "k2"), nullptr);
  recent.forget("b", "k");
  EXPECT_EQ(recent.find("b", "k"), nullptr);
}

TEST(RecentObjects, DoesNotKeepWhatWasReadBeforeAChange) {
  RecentObjects recent;
  const auto before = recent.now("b", "k");
  recent.forget("b", "k");
  recent.keep("b", "k", before, entry("old"));
  EXPECT_EQ(recent.find("b", "k"), nullptr);
}

TEST(RecentObjects, LetsTheLongestUnreadGoFirst) {
  RecentObjects recent;
  recent.keep("b", "often", recent.now("b", "often"), entry("often"));
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = std::to_string(i);
    recent.keep("b", key, recent.now("b", key), entry(key));
    ASSERT_NE(recent.find("b", "often"), nullptr) << i;
  }
  EXPECT_EQ(recent.find("b", "0"), nullptr);
  EXPECT_NE(recent.find("b", "19999"), nullptr);
}

TEST_F(ObjectsTest, AReadAfterAWriteSeesIt) {
  ASSERT_TRUE(put("k", "one"));
  EXPECT_EQ(read("k"), "one");
  EXPECT_TRUE(objects.read_lately("b", "k"));
  ASSERT_TRUE(put("k", "two"));
  EXPECT_EQ(read("k"), "two");
  ASSERT_TRUE(put("other", "three"));
  ASSERT_TRUE(objects.copy({.from_bucket = "b",
                            .from_key = "other",
                            .source_etag = md5_hex("three"),
                            .bucket = "b",
                            .key = "k",
                            .meta = {},
                            .condition = {}}));
  EXPECT_EQ(read("k"), "three");
  ASSERT_TRUE(objects.remove("b", "k"));
  EXPECT_EQ(read("k"), "(none)");
}

TEST_F(ObjectsTest, ReadersNeverSeeLessThanWasAcknowledged) {
  ASSERT_TRUE(put("k", "0"));
  std::atomic<int> acknowledged = 0;
  std::atomic<bool> done = false;
  std::atomic<int> stale = 0;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const int least = acknowledged;
        if (std::stoi(read("k")) < least) ++stale;
      }
    });
  }
  for (int i = 1; i <= 200; ++i) {
    ASSERT_TRUE(put("k", std::to_string(i)));
    acknowledged = i;
  }
  done = true;
  readers.clear();
  EXPECT_EQ(stale, 0);
}

}  // namespace
}  // namespace sagebrush::store
