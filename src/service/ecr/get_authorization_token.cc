#include "generated/ecr/get_authorization_token.h"

#include <algorithm>

#include "base/text.h"
#include "service/ecr/repository.h"
#include "service/registry/access.h"
#include "store/identities.h"

namespace sagebrush::service::ecr {

namespace {

constexpr std::chrono::hours kLifetime{12};

}  // namespace

// A password for 12 hours, or as long as the caller's own temporary keys last.
GetAuthorizationTokenResponse get_authorization_token(Call& call,
                                                      const GetAuthorizationTokenRequest&) {
  const auto key = call.house.identities.find_key(call.principal.access_key_id);
  if (!key) throw aws::AwsError("AccessDeniedException", 400, "The access key is gone");
  Time expires = call.time + kLifetime;
  if (key->expires) expires = std::min(expires, *key->expires);
  const std::string password =
      registry::make_token(call.principal.access_key_id, key->secret, expires);
  std::vector<AuthorizationData> data{AuthorizationData()
                                          .set_authorizationToken(to_base64("AWS:" + password))
                                          .set_expiresAt(expires)
                                          .set_proxyEndpoint(endpoint(call))};
  return GetAuthorizationTokenResponse().set_authorizationData(std::move(data));
}

}  // namespace sagebrush::service::ecr
