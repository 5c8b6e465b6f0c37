#include "generated/logs/get_log_events.h"

#include "service/call.h"
#include "service/logs/log_group.h"
#include "service/logs/page_token.h"
#include "service/logs/time_range.h"
#include "store/logs.h"

namespace sagebrush::service::logs {

// Both tokens are always there; at an end the token that led there comes back, and clients stop by
// that.
GetLogEventsResponse get_log_events(Call& call, const GetLogEventsRequest& request) {
  const std::string group = log_group_of(request.logGroupName(), request.logGroupIdentifier());
  store::LogReadQuery query;
  query.range = read_range(call, group, request.startTime(), request.endTime());
  query.forward = request.startFromHead().value_or(false);
  if (const auto text = request.nextToken()) {
    const EventsToken token = read_events_token(*text);
    query.forward = token.forward;
    query.position = token.position;
  }
  if (const auto limit = request.limit()) query.limit = static_cast<std::size_t>(*limit);
  store::LogPage page = call.house.logs.read(group, request.logStreamName(), query);

  std::vector<sagebrush::logs::OutputLogEvent> shown;
  shown.reserve(page.events.size());
  for (store::StoredLogEvent& event : page.events) {
    sagebrush::logs::OutputLogEvent output;
    output.set_timestamp(event.time_ms)
        .set_message(std::move(event.message))
        .set_ingestionTime(event.ingestion_ms);
    shown.push_back(std::move(output));
  }
  GetLogEventsResponse response;
  response.set_events(std::move(shown))
      .set_nextForwardToken(write_token(EventsToken{true, page.forward_position}))
      .set_nextBackwardToken(write_token(EventsToken{false, page.backward_position}));
  return response;
}

}  // namespace sagebrush::service::logs
