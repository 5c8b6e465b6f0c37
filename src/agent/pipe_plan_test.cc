#include "agent/pipe_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"

namespace sagebrush::agent {
namespace {

using agent_protocol::epoch_order;

PipePlan augmented() {
  PipePlan plan;
  plan.source.attributes = {"source-ref", "label", "note", "mask-ref"};
  plan.uris = {"s3://b/1", "s3://b/1m", "s3://b/2", "s3://b/2m"};
  plan.lines = {R"({"source-ref":"s3://b/1","label":3,"note":"cat","mask-ref":"s3://b/1m"})",
                R"({"source-ref":"s3://b/2","label":[1,2],"note":{"a":1},"mask-ref":"s3://b/2m"})"};
  return plan;
}

TEST(PipeParts, AreTheFileWhereThereIsNoManifest) {
  PipePlan plan;
  plan.uris = {"s3://b/1", "s3://b/2"};
  ASSERT_EQ(record_count(plan), 2u);
  ASSERT_EQ(parts_of(plan, 1).size(), 1u);
  EXPECT_EQ(parts_of(plan, 1)[0].file, 1u);
}

TEST(PipeParts, AreTheAttributesInTheOrderAskedFor) {
  const auto parts = parts_of(augmented(), 1);
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(parts[0].file, 2u);
  EXPECT_EQ(parts[1].text, "[1,2]");
  EXPECT_EQ(parts[2].text, R"({"a":1})");
  EXPECT_EQ(parts[3].file, 3u);
  EXPECT_EQ(parts_of(augmented(), 0)[2].text, "cat");
}

TEST(RecordIo, FramesAsMxnetDoes) {
  EXPECT_EQ(record_io_head(5), std::string("\x0a\x23\xd7\xce\x05\x00\x00\x00", 8));
  EXPECT_EQ(record_io_padding(5), 3u);
  EXPECT_EQ(record_io_padding(8), 0u);
  EXPECT_NO_THROW(record_io_head(kLargestRecord));
  EXPECT_THROW(record_io_head(kLargestRecord + 1), Error);
}

TEST(EpochOrder, IsTheFilesWithoutASeed) {
  EXPECT_EQ(epoch_order(4, {}, 7), (std::vector<std::size_t>{0, 1, 2, 3}));
}

TEST(EpochOrder, IsAnotherEachEpochAndTheSameEachTime) {
  agent_protocol::PipeSource source;
  source.shuffle_seed = 42;
  const auto first = epoch_order(100, source, 0);
  EXPECT_EQ(first, epoch_order(100, source, 0));
  EXPECT_NE(first, epoch_order(100, source, 1));
  auto sorted = first;
  std::ranges::sort(sorted);
  EXPECT_EQ(sorted, epoch_order(100, {}, 0));
  source.shuffle_seed = 43;
  EXPECT_NE(first, epoch_order(100, source, 0));
}

TEST(EpochOrder, GivesEachThingToOneHostAndOtherHostsLater) {
  std::vector<agent_protocol::PipeSource> hosts(3);
  for (std::size_t i = 0; i < 3; ++i) {
    hosts[i].shuffle_seed = 1;
    hosts[i].shard_index = i;
    hosts[i].shard_count = 3;
  }
  std::vector<std::size_t> all;
  for (const auto& host : hosts)
    std::ranges::copy(epoch_order(50, host, 0), std::back_inserter(all));
  std::ranges::sort(all);
  EXPECT_EQ(all, epoch_order(50, {}, 0));
  auto now = epoch_order(50, hosts[0], 0), later = epoch_order(50, hosts[0], 1);
  std::ranges::sort(now);
  std::ranges::sort(later);
  EXPECT_NE(now, later);
}

}  // namespace
}  // namespace sagebrush::agent
