#include "generated/iam/detach_role_policy.h"

#include "service/call.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

void detach_role_policy(Call& call, const DetachRolePolicyRequest& request) {
  call.house.identities.detach_policy(request.RoleName(), request.PolicyArn());
}

}  // namespace sagebrush::service::iam
