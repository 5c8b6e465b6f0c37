#include "generated/iam/put_role_policy.h"

#include "service/call.h"
#include "service/iam/policy.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

void put_role_policy(Call& call, const PutRolePolicyRequest& request) {
  parse_policy(request.PolicyDocument(), PolicyKind::kIdentity);
  call.house.identities.put_policy(request.RoleName(), request.PolicyName(),
                                   request.PolicyDocument());
}

}  // namespace sagebrush::service::iam
