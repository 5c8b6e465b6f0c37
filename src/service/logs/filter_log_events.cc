#include "generated/logs/filter_log_events.h"

#include <limits>

#include "aws/aws_error.h"
#include "service/call.h"
#include "service/logs/filter_pattern.h"
#include "service/logs/log_group.h"
#include "service/logs/page_token.h"
#include "service/logs/time_range.h"
#include "store/logs.h"

namespace sagebrush::service::logs {

namespace {

// Unlike GetLogEvents', this operation's endTime is inclusive.
std::optional<std::int64_t> exclusive(std::optional<std::int64_t> end_ms) {
  if (!end_ms || *end_ms == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return *end_ms + 1;
}

store::LogSearchQuery read_query(Call& call, const std::string& group,
                                 const FilterLogEventsRequest& request) {
  if (request.logStreamNames() && request.logStreamNamePrefix()) {
    throw aws::AwsError(
        "InvalidParameterException", 400,
        "logStreamNames and logStreamNamePrefix are mutually exclusive parameters.");
  }
  store::LogSearchQuery query;
  query.range = read_range(call, group, request.startTime(), exclusive(request.endTime()));
  query.streams = request.logStreamNames().value_or(std::vector<std::string>{});
  query.stream_prefix = request.logStreamNamePrefix().value_or("");
  if (const auto limit = request.limit()) query.limit = static_cast<std::size_t>(*limit);
  if (const auto token = request.nextToken()) query.after = read_search_token(*token);
  const FilterPattern pattern = FilterPattern::parse(request.filterPattern().value_or(""));
  if (!pattern.matches_all()) {
    query.matches = [pattern](std::string_view message) { return pattern.matches(message); };
  }
  return query;
}

}  // namespace

// Events are always interleaved and searchedLogStreams is empty, as AWS has it since 2019 and 2020.
FilterLogEventsResponse filter_log_events(Call& call, const FilterLogEventsRequest& request) {
  const std::string group = log_group_of(request.logGroupName(), request.logGroupIdentifier());
  store::LogSearchPage page = call.house.logs.search(group, read_query(call, group, request));
  std::vector<sagebrush::logs::FilteredLogEvent> shown;
  shown.reserve(page.events.size());
  for (store::StoredLogEvent& event : page.events) {
    sagebrush::logs::FilteredLogEvent output;
    output.set_logStreamName(std::move(event.stream))
        .set_timestamp(event.time_ms)
        .set_message(std::move(event.message))
        .set_ingestionTime(event.ingestion_ms)
        .set_eventId(std::move(event.id));
    shown.push_back(std::move(output));
  }
  FilterLogEventsResponse response;
  response.set_events(std::move(shown))
      .set_searchedLogStreams(std::vector<sagebrush::logs::SearchedLogStream>{});
  if (page.next) response.set_nextToken(write_token(*page.next));
  return response;
}

}  // namespace sagebrush::service::logs
