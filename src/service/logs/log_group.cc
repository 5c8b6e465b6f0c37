#include "service/logs/log_group.h"

#include "aws/aws_error.h"
#include "base/text.h"

namespace sagebrush::service::logs {
namespace {

// "arn:aws:logs:REGION:ACCOUNT:log-group:NAME"; AWS takes it without the ":*" of policies.
std::string name_in_arn(const std::string& arn) {
  const auto parts = split(arn, ':');
  if (parts.size() != 7 || parts[2] != "logs" || parts[5] != "log-group" || parts[6].empty()) {
    throw aws::AwsError("InvalidParameterException", 400,
                        "logGroupIdentifier '" + arn +
                            "' is not a log group's name or ARN "
                            "(arn:aws:logs:REGION:ACCOUNT:log-group:NAME).");
  }
  return std::string(parts[6]);
}

}  // namespace

std::string log_group_of(const std::optional<std::string>& name,
                         const std::optional<std::string>& identifier) {
  if (name.has_value() == identifier.has_value()) {
    throw aws::AwsError("InvalidParameterException", 400,
                        name ? "logGroupName and logGroupIdentifier are mutually exclusive "
                               "parameters; specify one of them."
                             : "Either logGroupName or logGroupIdentifier must be specified.");
  }
  if (name) return *name;
  return identifier->starts_with("arn:") ? name_in_arn(*identifier) : *identifier;
}

}  // namespace sagebrush::service::logs
