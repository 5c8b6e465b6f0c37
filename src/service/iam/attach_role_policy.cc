#include "generated/iam/attach_role_policy.h"

#include "aws/aws_error.h"
#include "service/call.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

// AWS's own policies are taken by name; there are no others to attach.
void attach_role_policy(Call& call, const AttachRolePolicyRequest& request) {
  const std::string arn = request.PolicyArn();
  if (!arn.starts_with("arn:aws:iam::aws:policy/")) {
    throw aws::AwsError("NoSuchEntity", 404,
                        "Policy " + arn + " does not exist or is not attachable.");
  }
  call.house.identities.attach_policy(request.RoleName(), arn);
}

}  // namespace sagebrush::service::iam
