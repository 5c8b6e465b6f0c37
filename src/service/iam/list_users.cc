#include "generated/iam/list_users.h"

#include "service/call.h"
#include "service/iam/entities.h"
#include "service/iam/paging.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

ListUsersResponse list_users(Call& call, const ListUsersRequest& request) {
  const Paging paging = read_paging(request.Marker(), request.MaxItems());
  std::vector<store::User> users = call.house.identities.users(paging.query(request.PathPrefix()));
  ListUsersResponse response;
  finish_page(response, users, paging, [](const store::User& user) { return user.name; });
  std::vector<sagebrush::iam::User> shown;
  for (const store::User& user : users) shown.push_back(show(user));
  response.set_Users(std::move(shown));
  return response;
}

}  // namespace sagebrush::service::iam
