#include "generated/iam/create_access_key.h"

#include "service/call.h"
#include "service/iam/entities.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

CreateAccessKeyResponse create_access_key(Call& call, const CreateAccessKeyRequest& request) {
  const store::AccessKey key =
      call.house.identities.create_access_key(user_or_caller(call, request.UserName()));
  sagebrush::iam::AccessKey shown;
  shown.set_UserName(key.user_name)
      .set_AccessKeyId(key.access_key_id)
      .set_Status("Active")
      .set_SecretAccessKey(key.secret)
      .set_CreateDate(key.created);
  CreateAccessKeyResponse response;
  response.set_AccessKey(shown);
  return response;
}

}  // namespace sagebrush::service::iam
