#include "generated/iam/create_user.h"

#include "service/call.h"
#include "service/iam/entities.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

CreateUserResponse create_user(Call& call, const CreateUserRequest& request) {
  const store::User user = call.house.identities.create_user(
      request.UserName(), request.Path().value_or("/"), read_tags(request.Tags()));
  sagebrush::iam::User shown = show(user);
  if (!user.tags.empty()) shown.set_Tags(show(user.tags));
  CreateUserResponse response;
  response.set_User(shown);
  return response;
}

}  // namespace sagebrush::service::iam
