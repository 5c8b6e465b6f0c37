#include "generated/sts/assume_role.h"

#include "aws/aws_error.h"
#include "service/call.h"
#include "service/iam/policy.h"
#include "service/sts/credentials.h"
#include "store/identities.h"

namespace sagebrush::service::sts {

namespace {

constexpr std::int64_t kDefaultSeconds = 3600;

// A role that does not exist is refused in the same words, so that names can't be guessed.
store::Role role_for(Call& call, const AssumeRoleRequest& request) {
  const auto role = call.house.identities.find_role_by_arn(request.RoleArn());
  if (role) {
    iam::PolicyContext context{{"sts:ExternalId", {}},
                               {"sts:RoleSessionName", {request.RoleSessionName()}}};
    if (const auto id = request.ExternalId()) context["sts:ExternalId"] = {*id};
    const iam::Policy trust = iam::parse_policy(role->trust_policy, iam::PolicyKind::kTrust);
    const iam::PolicyQuestion question{"sts:AssumeRole", role->arn, context};
    if (iam::decide_trust(trust, call.principal, question) == iam::Decision::kAllowed) return *role;
  }
  throw aws::AwsError(
      "AccessDenied", 403,
      "User: " + call.principal.arn +
          " is not authorized to perform: sts:AssumeRole on resource: " + request.RoleArn());
}

std::chrono::seconds duration_for(const Call& call, const AssumeRoleRequest& request,
                                  const store::Role& role) {
  const std::chrono::seconds duration(request.DurationSeconds().value_or(kDefaultSeconds));
  if (duration > role.max_session) {
    throw aws::AwsError(
        "ValidationError", 400,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  if (is_assumed_role(call.principal) && duration > std::chrono::hours(1)) {
    throw aws::AwsError("ValidationError", 400,
                        "The requested DurationSeconds exceeds the 1 hour session limit for roles "
                        "assumed by role chaining.");
  }
  return duration;
}

}  // namespace

AssumeRoleResponse assume_role(Call& call, const AssumeRoleRequest& request) {
  const store::Role role = role_for(call, request);
  const store::Session session = call.house.identities.create_session(
      role.arn, request.RoleSessionName(), duration_for(call, request, role));
  sagebrush::sts::AssumedRoleUser user;
  user.set_AssumedRoleId(session.principal.user_id).set_Arn(session.principal.arn);
  AssumeRoleResponse response;
  response.set_Credentials(show(session))
      .set_AssumedRoleUser(user)
      .set_SourceIdentity(request.SourceIdentity());
  return response;
}

}  // namespace sagebrush::service::sts
