#include "generated/iam/get_user.h"

#include "aws/aws_error.h"
#include "service/call.h"
#include "service/iam/entities.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

namespace {

// Root is not among the users, but asks for itself all the same.
sagebrush::iam::User show_root(const Call& call) {
  sagebrush::iam::User root;
  root.set_Path("/")
      .set_UserName("root")
      .set_UserId(call.principal.user_id)
      .set_Arn(call.principal.arn)
      .set_CreateDate(from_ms(0));
  return root;
}

}  // namespace

GetUserResponse get_user(Call& call, const GetUserRequest& request) {
  GetUserResponse response;
  if (!request.UserName() && call.principal.root) return response.set_User(show_root(call));
  const std::string name = user_or_caller(call, request.UserName());
  const auto user = call.house.identities.find_user(name);
  if (!user)
    throw aws::AwsError("NoSuchEntity", 404, "The user with name " + name + " cannot be found.");
  sagebrush::iam::User shown = show(*user);
  if (!user->tags.empty()) shown.set_Tags(show(user->tags));
  response.set_User(shown);
  return response;
}

}  // namespace sagebrush::service::iam
