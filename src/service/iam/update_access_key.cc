#include "generated/iam/update_access_key.h"

#include "service/call.h"
#include "service/iam/entities.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

void update_access_key(Call& call, const UpdateAccessKeyRequest& request) {
  call.house.identities.set_access_key_active(user_or_caller(call, request.UserName()),
                                              request.AccessKeyId(), request.Status() == "Active");
}

}  // namespace sagebrush::service::iam
