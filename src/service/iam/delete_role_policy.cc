#include "generated/iam/delete_role_policy.h"

#include "service/call.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

void delete_role_policy(Call& call, const DeleteRolePolicyRequest& request) {
  call.house.identities.delete_policy(request.RoleName(), request.PolicyName());
}

}  // namespace sagebrush::service::iam
