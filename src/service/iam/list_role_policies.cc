#include "generated/iam/list_role_policies.h"

#include "service/call.h"
#include "service/iam/paging.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

ListRolePoliciesResponse list_role_policies(Call& call, const ListRolePoliciesRequest& request) {
  const Paging paging = read_paging(request.Marker(), request.MaxItems());
  const auto itself = [](const std::string& name) { return name; };
  std::vector<std::string> names = call.house.identities.policy_names(request.RoleName());
  skip_earlier(names, paging, itself);
  ListRolePoliciesResponse response;
  finish_page(response, names, paging, itself);
  response.set_PolicyNames(std::move(names));
  return response;
}

}  // namespace sagebrush::service::iam
