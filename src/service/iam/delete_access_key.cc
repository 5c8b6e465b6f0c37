#include "generated/iam/delete_access_key.h"

#include "service/call.h"
#include "service/iam/entities.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

void delete_access_key(Call& call, const DeleteAccessKeyRequest& request) {
  call.house.identities.delete_access_key(user_or_caller(call, request.UserName()),
                                          request.AccessKeyId());
}

}  // namespace sagebrush::service::iam
