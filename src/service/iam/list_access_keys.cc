#include "generated/iam/list_access_keys.h"

#include "service/call.h"
#include "service/iam/entities.h"
#include "service/iam/paging.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

ListAccessKeysResponse list_access_keys(Call& call, const ListAccessKeysRequest& request) {
  const Paging paging = read_paging(request.Marker(), request.MaxItems());
  const auto id = [](const store::AccessKey& key) { return key.access_key_id; };
  std::vector<store::AccessKey> keys =
      call.house.identities.access_keys(user_or_caller(call, request.UserName()));
  std::ranges::sort(keys, {}, id);
  skip_earlier(keys, paging, id);
  ListAccessKeysResponse response;
  finish_page(response, keys, paging, id);
  std::vector<sagebrush::iam::AccessKeyMetadata> shown;
  for (const store::AccessKey& key : keys) shown.push_back(show(key));
  response.set_AccessKeyMetadata(std::move(shown));
  return response;
}

}  // namespace sagebrush::service::iam
