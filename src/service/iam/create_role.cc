#include "generated/iam/create_role.h"

#include "service/call.h"
#include "service/iam/entities.h"
#include "service/iam/policy.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

CreateRoleResponse create_role(Call& call, const CreateRoleRequest& request) {
  parse_policy(request.AssumeRolePolicyDocument(), PolicyKind::kTrust);
  store::Role role;
  role.name = request.RoleName();
  role.path = request.Path().value_or("/");
  role.trust_policy = request.AssumeRolePolicyDocument();
  role.description = request.Description().value_or("");
  role.max_session = std::chrono::seconds(request.MaxSessionDuration().value_or(3600));
  role.tags = read_tags(request.Tags());
  role = call.house.identities.create_role(role);
  sagebrush::iam::Role shown = show(role);
  if (!role.tags.empty()) shown.set_Tags(show(role.tags));
  CreateRoleResponse response;
  response.set_Role(shown);
  return response;
}

}  // namespace sagebrush::service::iam
