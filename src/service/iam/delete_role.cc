#include "generated/iam/delete_role.h"

#include "service/call.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

void delete_role(Call& call, const DeleteRoleRequest& request) {
  call.house.identities.delete_role(request.RoleName());
}

}  // namespace sagebrush::service::iam
