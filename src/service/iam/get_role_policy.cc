#include "generated/iam/get_role_policy.h"

#include "base/text.h"
#include "service/call.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

GetRolePolicyResponse get_role_policy(Call& call, const GetRolePolicyRequest& request) {
  const std::string document =
      call.house.identities.policy(request.RoleName(), request.PolicyName());
  GetRolePolicyResponse response;
  response.set_RoleName(request.RoleName())
      .set_PolicyName(request.PolicyName())
      .set_PolicyDocument(uri_encode(document));
  return response;
}

}  // namespace sagebrush::service::iam
