#include "service/logs/event_batch.h"

#include <gtest/gtest.h>

#include "aws/aws_error.h"

namespace sagebrush::service::logs {
namespace {

using store::LogEvent;
constexpr std::int64_t kNow = 1'700'000'000'000;
constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDay = 24 * kHour;

BatchVerdict judge(const std::vector<LogEvent>& events, std::optional<int> days = {}) {
  return judge_batch(events, from_ms(kNow), days);
}

TEST(EventBatchTest, TakesAllOfAGoodBatch) {
  const auto verdict = judge({{kNow - 1, "a"}, {kNow - 1, "b"}, {kNow, "c"}});
  EXPECT_EQ(verdict.begin, 0U);
  EXPECT_EQ(verdict.end, 3U);
  EXPECT_FALSE(verdict.too_old_end || verdict.expired_end || verdict.too_new_start);
}

TEST(EventBatchTest, LeavesOutWhatIsTooOldExpiredOrTooNew) {
  const auto old = judge({{kNow - 14 * kDay - 1, "a"}, {kNow - 14 * kDay, "b"}});
  EXPECT_EQ(old.too_old_end, 1U);
  EXPECT_EQ(old.begin, 1U);
  EXPECT_EQ(old.end, 2U);
  const auto expired = judge({{kNow - kDay - 1, "a"}, {kNow - kDay, "b"}}, 1);
  EXPECT_EQ(expired.expired_end, 1U);
  EXPECT_FALSE(expired.too_old_end);
  const auto fresh = judge({{kNow, "a"}, {kNow + 2 * kHour - 1, "b"}, {kNow + 2 * kHour, "c"}});
  EXPECT_EQ(fresh.too_new_start, 2U);
  EXPECT_EQ(fresh.end, 2U);
  const auto none = judge({{kNow - 20 * kDay, "a"}});
  EXPECT_EQ(none.begin, none.end);
}

TEST(EventBatchTest, RefusesBatchesThatBreakALimit) {
  const std::string too_long(256 * 1024 - 25, 'x');
  const std::string long_enough(250'000, 'x');
  const std::vector<std::vector<LogEvent>> broken{
      {{2, "a"}, {1, "b"}},
      {{kNow - kDay - 1, "a"}, {kNow, "b"}},
      {{kNow, too_long}},
      std::vector<LogEvent>(5, {kNow, long_enough}),
  };
  for (const auto& events : broken) EXPECT_THROW(judge(events), aws::AwsError);
  EXPECT_NO_THROW(judge({{kNow, std::string_view(too_long).substr(1)}}));
  EXPECT_NO_THROW(judge({{kNow - kDay, "a"}, {kNow, "b"}}));
}

}  // namespace
}  // namespace sagebrush::service::logs
