#include "generated/logs/describe_log_streams.h"

#include "aws/aws_error.h"
#include "base/text.h"
#include "service/call.h"
#include "service/logs/log_group.h"
#include "service/logs/page_token.h"
#include "store/logs.h"

namespace sagebrush::service::logs {

namespace {

constexpr std::int64_t kDefaultLimit = 50;

sagebrush::logs::LogStream show(const Call& call, const std::string& group,
                                const store::LogStream& stream) {
  sagebrush::logs::LogStream shown;
  shown.set_logStreamName(stream.name)
      .set_creationTime(to_ms(stream.created))
      .set_firstEventTimestamp(stream.first_event_ms)
      .set_lastEventTimestamp(stream.last_event_ms)
      .set_lastIngestionTime(stream.last_ingestion_ms)
      .set_arn("arn:aws:logs:" + call.region + ":" + call.house.account + ":log-group:" + group +
               ":log-stream:" + stream.name)
      .set_storedBytes(static_cast<std::int64_t>(stream.stored_bytes));
  return shown;
}

store::LogStreamQuery read_query(const DescribeLogStreamsRequest& request) {
  store::LogStreamQuery query;
  query.prefix = request.logStreamNamePrefix().value_or("");
  query.descending = request.descending().value_or(false);
  query.limit = static_cast<std::size_t>(request.limit().value_or(kDefaultLimit));
  if (request.orderBy() == "LastEventTime") query.order = store::LogStreamOrder::kLastEvent;
  const bool by_time = query.order == store::LogStreamOrder::kLastEvent;
  if (by_time && !query.prefix.empty()) {
    throw aws::AwsError("InvalidParameterException", 400,
                        "Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  if (const auto token = request.nextToken()) {
    query.after = read_list_token(*token);
    if (by_time) {
      const auto skip = parse_unsigned(query.after);
      if (!skip) throw_bad_token();
      query.skip = *skip;
    }
  }
  return query;
}

}  // namespace

// A token comes only when there is more: the SageMaker SDK takes one for "ask again" and would show
// streams twice.
DescribeLogStreamsResponse describe_log_streams(Call& call,
                                                const DescribeLogStreamsRequest& request) {
  const std::string group = log_group_of(request.logGroupName(), request.logGroupIdentifier());
  const store::LogStreamQuery query = read_query(request);
  const store::LogStreamPage page = call.house.logs.streams(group, query);
  DescribeLogStreamsResponse response;
  if (page.more) {
    const bool by_time = query.order == store::LogStreamOrder::kLastEvent;
    response.set_nextToken(write_list_token(by_time ? std::to_string(query.skip + query.limit)
                                                    : page.streams.back().name));
  }
  std::vector<sagebrush::logs::LogStream> shown;
  for (const store::LogStream& stream : page.streams) shown.push_back(show(call, group, stream));
  response.set_logStreams(std::move(shown));
  return response;
}

}  // namespace sagebrush::service::logs
