#include "service/logs/time_range.h"

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "service/call.h"
#include "store/logs.h"

namespace sagebrush::service::logs {

store::LogTimeRange read_range(Call& call, const std::string& group,
                               std::optional<std::int64_t> start_ms,
                               std::optional<std::int64_t> end_ms) {
  const auto found = call.house.logs.find_group(group);
  if (!found) throw Error(ErrorKind::kNotFound, "The specified log group does not exist.");
  store::LogTimeRange range;
  if (start_ms) range.start_ms = *start_ms;
  if (end_ms) range.end_ms = *end_ms;
  if (found->retention_days) {
    const Time oldest = call.time - std::chrono::days(*found->retention_days);
    range.start_ms = std::max(range.start_ms, to_ms(oldest));
  }
  return range;
}

}  // namespace sagebrush::service::logs
