#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/principal.h"

namespace sagebrush::service::iam {

// What conditions are judged by. A key that is not here cannot be judged; one with no values is
// known to be absent.
using PolicyContext = std::map<std::string, std::vector<std::string>>;

enum class PolicyKind { kIdentity, kTrust };
enum class Decision { kAllowed, kExplicitDeny, kImplicitDeny };

struct PolicyStatement {
  bool allow = false;
  std::vector<std::string> actions;
  bool all_actions_but = false;  // NotAction
  std::vector<std::string> resources;
  bool all_resources_but = false;           // NotResource
  std::vector<std::string> aws_principals;  // of a trust policy: ARNs, account ids or "*"
  std::vector<std::string> service_principals;
  boost::json::object conditions;
};

struct Policy {
  std::vector<PolicyStatement> statements;
};

// Throws AwsError{MalformedPolicyDocument}: not JSON, or with anything in it that could not be
// judged as its writer meant it.
Policy parse_policy(std::string_view document, PolicyKind kind);

struct PolicyQuestion {
  std::string action;    // "s3:GetObject"
  std::string resource;  // an ARN, or "*"
  PolicyContext context;
};

// Default is deny, an explicit Deny wins. A condition that cannot be judged lets Deny statements
// hold and Allow statements not.
Decision decide(const std::vector<Policy>& policies, const PolicyQuestion& question);

// Whether the trust policy lets `principal` do the action. The account's root stands for the whole
// account.
Decision decide_trust(const Policy& policy, const store::Principal& principal,
                      const PolicyQuestion& question);

}  // namespace sagebrush::service::iam
