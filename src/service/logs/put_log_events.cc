#include "generated/logs/put_log_events.h"

#include <fmt/format.h>

#include "base/error.h"
#include "service/call.h"
#include "service/logs/event_batch.h"
#include "store/logs.h"

namespace sagebrush::service::logs {

namespace {

std::optional<std::int64_t> index_of(std::optional<std::size_t> index) {
  if (!index) return std::nullopt;
  return static_cast<std::int64_t>(*index);
}

}  // namespace

// Sequence tokens are no longer asked for, any is taken; the one given back is for clients that
// still carry it on.
PutLogEventsResponse put_log_events(Call& call, const PutLogEventsRequest& request) {
  const auto inputs = request.logEvents();
  std::vector<std::string> messages;
  for (const sagebrush::logs::InputLogEvent& input : inputs) messages.push_back(input.message());
  std::vector<store::LogEvent> events;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    events.push_back({inputs[i].timestamp(), messages[i]});
  }
  const auto group = call.house.logs.find_group(request.logGroupName());
  if (!group) throw Error(ErrorKind::kNotFound, "The specified log group does not exist.");
  const BatchVerdict verdict = judge_batch(events, call.time, group->retention_days);
  const auto taken = std::span(events).subspan(verdict.begin, verdict.end - verdict.begin);
  call.house.logs.append(request.logGroupName(), request.logStreamName(), taken);

  PutLogEventsResponse response;
  response.set_nextSequenceToken(fmt::format("{:056}", to_ms(call.time)));
  if (taken.size() < events.size()) {
    sagebrush::logs::RejectedLogEventsInfo rejected;
    rejected.set_tooOldLogEventEndIndex(index_of(verdict.too_old_end))
        .set_expiredLogEventEndIndex(index_of(verdict.expired_end))
        .set_tooNewLogEventStartIndex(index_of(verdict.too_new_start));
    response.set_rejectedLogEventsInfo(rejected);
  }
  return response;
}

}  // namespace sagebrush::service::logs
