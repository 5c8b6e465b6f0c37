#include "generated/iam/list_roles.h"

#include "service/call.h"
#include "service/iam/entities.h"
#include "service/iam/paging.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

ListRolesResponse list_roles(Call& call, const ListRolesRequest& request) {
  const Paging paging = read_paging(request.Marker(), request.MaxItems());
  std::vector<store::Role> roles = call.house.identities.roles(paging.query(request.PathPrefix()));
  ListRolesResponse response;
  finish_page(response, roles, paging, [](const store::Role& role) { return role.name; });
  std::vector<sagebrush::iam::Role> shown;
  for (const store::Role& role : roles) shown.push_back(show(role));
  response.set_Roles(std::move(shown));
  return response;
}

}  // namespace sagebrush::service::iam
