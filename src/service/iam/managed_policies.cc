#include "service/iam/managed_policies.h"

namespace sagebrush::service::iam {
namespace {

struct Row {
  std::string_view name;
  std::vector<std::string> actions;
};

// AmazonSageMakerFullAccess allows what a job and its SDK ask for, which on a server of one's own
// is everything.
const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"AdministratorAccess", {"*"}},
      {"PowerUserAccess", {"*"}},
      {"AmazonSageMakerFullAccess", {"*"}},
      {"AmazonS3FullAccess", {"s3:*"}},
      {"AmazonS3ReadOnlyAccess", {"s3:Get*", "s3:List*", "s3:Describe*"}},
      {"AmazonSageMakerReadOnly", {"sagemaker:Describe*", "sagemaker:List*", "sagemaker:Search"}},
      {"CloudWatchFullAccess", {"logs:*", "cloudwatch:*"}},
      {"CloudWatchLogsFullAccess", {"logs:*"}},
      {"CloudWatchLogsReadOnlyAccess", {"logs:Describe*", "logs:Get*", "logs:FilterLogEvents"}},
      {"IAMFullAccess", {"iam:*"}},
  };
  return all;
}

}  // namespace

Policy managed_policy(std::string_view name) {
  Policy policy;
  for (const Row& row : rows()) {
    if (row.name != name) continue;
    PolicyStatement statement;
    statement.allow = true;
    statement.actions = row.actions;
    statement.resources = {"*"};
    policy.statements.push_back(std::move(statement));
  }
  return policy;
}

}  // namespace sagebrush::service::iam
