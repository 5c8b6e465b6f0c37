#include "agent_protocol/log_batch.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::agent_protocol {
namespace {

std::string two_lines() {
  LogBatchWriter writer(7);
  writer.add(from_ms(1), "first");
  writer.add(from_ms(-2), "zweite Zeile: äöü");
  EXPECT_EQ(writer.events(), 2u);
  return writer.bytes();
}

TEST(LogBatch, KeepsOrderTimesAndBytes) {
  const std::string bytes = two_lines();
  const LogBatch back = read_log_batch(bytes);
  ASSERT_EQ(back.events.size(), 2u);
  EXPECT_EQ(back.first_sequence, 7u);
  EXPECT_EQ(back.events[0].message, "first");
  EXPECT_EQ(to_ms(back.events[1].time), -2);
  EXPECT_EQ(back.events[1].message, "zweite Zeile: äöü");
}

TEST(LogBatch, MayBeEmpty) {
  EXPECT_EQ(read_log_batch(LogBatchWriter(3).bytes()).first_sequence, 3u);
}

TEST(LogBatch, WhatIsCutOffWithinALineIsRefused) {
  const std::string bytes = two_lines();
  const std::size_t first_ends = 8 + 12 + 5;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (size == 8 || size == first_ends) continue;
    EXPECT_THROW(read_log_batch(std::string_view(bytes).substr(0, size)), Error) << size;
  }
}

}  // namespace
}  // namespace sagebrush::agent_protocol
