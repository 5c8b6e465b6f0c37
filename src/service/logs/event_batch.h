#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "store/log_event.h"

namespace sagebrush::service::logs {

// Which events of a batch, in order of time, are taken; absent: none on that side is refused for
// that reason.
struct BatchVerdict {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::optional<std::size_t> too_old_end;  // events before it are older than 14 days
  std::optional<std::size_t> expired_end;  // events before it are older than the group's retention
  std::optional<std::size_t> too_new_start;  // events from it on are more than 2 hours ahead
};

// Throws AwsError{InvalidParameterException} for a batch that CloudWatch Logs refuses whole: out of
// order, over 24 hours, an event over 256 KiB or all together over 1 MiB (26 bytes an event
// included).
BatchVerdict judge_batch(std::span<const store::LogEvent> events, Time now,
                         std::optional<int> retention_days);

}  // namespace sagebrush::service::logs
