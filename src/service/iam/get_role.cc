#include "generated/iam/get_role.h"

#include "service/call.h"
#include "service/iam/entities.h"

namespace sagebrush::service::iam {

GetRoleResponse get_role(Call& call, const GetRoleRequest& request) {
  const store::Role role = role_named(call, request.RoleName());
  sagebrush::iam::Role shown = show(role);
  if (!role.tags.empty()) shown.set_Tags(show(role.tags));
  GetRoleResponse response;
  response.set_Role(shown);
  return response;
}

}  // namespace sagebrush::service::iam
