#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/log_event.h"

namespace sagebrush::service {
struct Call;
}

namespace sagebrush::service::logs {

// The range asked for (start inclusive, end exclusive), less what the group's retention has let go.
// A group that does not exist throws Error{kNotFound}.
store::LogTimeRange read_range(Call& call, const std::string& group,
                               std::optional<std::int64_t> start_ms,
                               std::optional<std::int64_t> end_ms);

}  // namespace sagebrush::service::logs
