#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/log_event.h"

// The opaque tokens of the list and read operations. Reading one that is not ours throws
// AwsError{InvalidParameterException}.
namespace sagebrush::service::logs {

// "f/" or "b/" and a position in 56 digits, as CloudWatch Logs has them: clients compare them.
struct EventsToken {
  bool forward = false;
  std::uint64_t position = 0;
};
std::string write_token(const EventsToken& token);
EventsToken read_events_token(std::string_view text);

std::string write_token(const store::LogSearchCursor& cursor);
store::LogSearchCursor read_search_token(std::string_view text);

// Where a list stopped: the last name (by name) or how many were shown (by time).
std::string write_list_token(std::string_view last);
std::string read_list_token(std::string_view text);

[[noreturn]] void throw_bad_token();

}  // namespace sagebrush::service::logs
