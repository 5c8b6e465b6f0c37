#include "generated/iam/delete_user.h"

#include "service/call.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

void delete_user(Call& call, const DeleteUserRequest& request) {
  call.house.identities.delete_user(request.UserName());
}

}  // namespace sagebrush::service::iam
