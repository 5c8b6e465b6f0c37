#include "generated/iam/simulate_principal_policy.h"

#include "aws/aws_error.h"
#include "base/text.h"
#include "service/call.h"
#include "service/iam/managed_policies.h"
#include "service/iam/policy.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

namespace {

// What the role's own policies say. Users and root are not limited by policies on this server.
std::vector<Policy> policies_of(Call& call, const std::string& arn) {
  store::Identities& identities = call.house.identities;
  const std::string account = "arn:aws:iam::" + call.house.account + ":";
  if (arn == account + "root") return {managed_policy("AdministratorAccess")};
  const std::string name = arn.substr(arn.rfind('/') + 1);
  if (arn.starts_with(account + "user/")) {
    const auto user = identities.find_user(name);
    if (user && user->arn == arn) return {managed_policy("AdministratorAccess")};
  } else if (arn.starts_with(account + "role/")) {
    if (identities.find_role_by_arn(arn)) {
      std::vector<Policy> policies;
      for (const auto& attached : identities.attached_policies(name))
        policies.push_back(managed_policy(attached.name));
      for (const auto& policy : identities.policy_names(name)) {
        policies.push_back(parse_policy(identities.policy(name, policy), PolicyKind::kIdentity));
      }
      return policies;
    }
  } else {
    throw aws::AwsError(
        "InvalidInput", 400,
        "Invalid Entity Arn: " + arn + " does not clearly define entity type and name.");
  }
  throw aws::AwsError("NoSuchEntity", 404, "The entity with ARN " + arn + " cannot be found.");
}

PolicyContext read_context(const SimulatePrincipalPolicyRequest& request) {
  PolicyContext context;
  const auto entries = request.ContextEntries();
  if (!entries) return context;
  for (const auto& entry : *entries) {
    if (entry.ContextKeyName()) {
      context[*entry.ContextKeyName()] =
          entry.ContextKeyValues().value_or(std::vector<std::string>{});
    }
  }
  return context;
}

std::string word_for(Decision decision) {
  switch (decision) {
    case Decision::kAllowed: return "allowed";
    case Decision::kExplicitDeny: return "explicitDeny";
    case Decision::kImplicitDeny: break;
  }
  return "implicitDeny";
}

// The marker is the number of results that earlier pages had.
std::size_t read_start(const std::optional<std::string>& marker) {
  if (!marker) return 0;
  const auto start = parse_unsigned(*marker);
  if (!start) throw aws::AwsError("InvalidInput", 400, "Invalid Marker.");
  return *start;
}

}  // namespace

SimulatePolicyResponse simulate_principal_policy(Call& call,
                                                 const SimulatePrincipalPolicyRequest& request) {
  std::vector<Policy> policies = policies_of(call, request.PolicySourceArn());
  for (const std::string& document :
       request.PolicyInputList().value_or(std::vector<std::string>{})) {
    policies.push_back(parse_policy(document, PolicyKind::kIdentity));
  }
  const PolicyContext context = read_context(request);
  const auto resources = request.ResourceArns().value_or(std::vector<std::string>{"*"});
  const std::size_t start = read_start(request.Marker());
  const auto limit = static_cast<std::size_t>(request.MaxItems().value_or(1000));

  SimulatePolicyResponse response;
  response.set_IsTruncated(false);
  std::vector<sagebrush::iam::EvaluationResult> results;
  std::size_t number = 0;
  for (const std::string& action : request.ActionNames()) {
    for (const std::string& resource : resources) {
      if (number++ < start) continue;
      if (results.size() == limit) {
        response.set_IsTruncated(true).set_Marker(std::to_string(start + limit));
        continue;
      }
      sagebrush::iam::EvaluationResult result;
      result.set_EvalActionName(action)
          .set_EvalResourceName(resource)
          .set_EvalDecision(word_for(decide(policies, {action, resource, context})))
          .set_MissingContextValues(std::vector<std::string>{});
      results.push_back(std::move(result));
    }
  }
  response.set_EvaluationResults(std::move(results));
  return response;
}

}  // namespace sagebrush::service::iam
