#include "generated/logs/describe_log_groups.h"

#include "aws/aws_error.h"
#include "service/call.h"
#include "service/logs/page_token.h"
#include "store/logs.h"

namespace sagebrush::service::logs {

namespace {

constexpr std::int64_t kDefaultLimit = 50;

sagebrush::logs::LogGroup show(const Call& call, const store::LogGroup& group) {
  sagebrush::logs::LogGroup shown;
  shown.set_logGroupName(group.name)
      .set_creationTime(to_ms(group.created))
      .set_metricFilterCount(0)
      .set_arn("arn:aws:logs:" + call.region + ":" + call.house.account +
               ":log-group:" + group.name + ":*")
      .set_storedBytes(static_cast<std::int64_t>(group.stored_bytes));
  if (group.retention_days) shown.set_retentionInDays(*group.retention_days);
  return shown;
}

}  // namespace

DescribeLogGroupsResponse describe_log_groups(Call& call, const DescribeLogGroupsRequest& request) {
  if (request.logGroupNamePrefix() && request.logGroupNamePattern()) {
    throw aws::AwsError(
        "InvalidParameterException", 400,
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  }
  const auto limit = static_cast<int>(request.limit().value_or(kDefaultLimit));
  const auto token = request.nextToken();
  auto groups = call.house.logs.groups(request.logGroupNamePrefix().value_or(""),
                                       request.logGroupNamePattern().value_or(""),
                                       token ? read_list_token(*token) : "", limit + 1);
  DescribeLogGroupsResponse response;
  if (groups.size() > static_cast<std::size_t>(limit)) {
    groups.pop_back();
    response.set_nextToken(write_list_token(groups.back().name));
  }
  std::vector<sagebrush::logs::LogGroup> shown;
  for (const store::LogGroup& group : groups) shown.push_back(show(call, group));
  response.set_logGroups(std::move(shown));
  return response;
}

}  // namespace sagebrush::service::logs
