#include "service/logs/event_batch.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "aws/aws_error.h"

namespace sagebrush::service::logs {
namespace {

constexpr std::size_t kEventOverhead = 26;
constexpr std::size_t kMostEventBytes = 256 * 1024;
constexpr std::size_t kMostBatchBytes = 1'048'576;
constexpr std::int64_t kMostSpanMs = 24 * 3600 * 1000;

[[noreturn]] void refuse(const std::string& message) {
  throw aws::AwsError("InvalidParameterException", 400, message);
}

void check_sizes(std::span<const store::LogEvent> events) {
  std::size_t total = 0;
  for (const store::LogEvent& event : events) {
    const std::size_t size = event.message.size() + kEventOverhead;
    if (size > kMostEventBytes) {
      refuse("Log event too large: " + std::to_string(size) + " bytes exceeds limit of " +
             std::to_string(kMostEventBytes));
    }
    total += size;
  }
  if (total > kMostBatchBytes) {
    refuse("Upload too large: " + std::to_string(total) + " bytes exceeds limit of " +
           std::to_string(kMostBatchBytes));
  }
}

// How many events at the front are before the time.
std::optional<std::size_t> before(std::span<const store::LogEvent> events, Time time) {
  const auto end = std::ranges::partition_point(
      events, [&](const store::LogEvent& event) { return event.time_ms < to_ms(time); });
  if (end == events.begin()) return std::nullopt;
  return static_cast<std::size_t>(end - events.begin());
}

}  // namespace

BatchVerdict judge_batch(std::span<const store::LogEvent> events, Time now,
                         std::optional<int> retention_days) {
  if (!std::ranges::is_sorted(events, {}, &store::LogEvent::time_ms)) {
    refuse("Log events in a single PutLogEvents request must be in chronological order.");
  }
  if (!events.empty() && events.back().time_ms - events.front().time_ms > kMostSpanMs) {
    refuse(
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  }
  check_sizes(events);

  BatchVerdict verdict{
      .begin = 0, .end = events.size(), .too_old_end = {}, .expired_end = {}, .too_new_start = {}};
  verdict.too_old_end = before(events, now - std::chrono::days(14));
  if (retention_days)
    verdict.expired_end = before(events, now - std::chrono::days(*retention_days));
  const std::size_t in_time = before(events, now + std::chrono::hours(2)).value_or(0);
  if (in_time < events.size()) verdict.too_new_start = in_time;
  verdict.begin = std::max(verdict.too_old_end.value_or(0), verdict.expired_end.value_or(0));
  verdict.end = std::max(in_time, verdict.begin);
  return verdict;
}

}  // namespace sagebrush::service::logs
