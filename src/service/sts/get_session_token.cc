#include "generated/sts/get_session_token.h"

#include <algorithm>

#include "aws/aws_error.h"
#include "service/call.h"
#include "service/sts/credentials.h"
#include "store/identities.h"

namespace sagebrush::service::sts {

namespace {

constexpr std::int64_t kDefaultSeconds = 43'200;
constexpr std::int64_t kRootSeconds = 3600;  // the most that root gets

}  // namespace

GetSessionTokenResponse get_session_token(Call& call, const GetSessionTokenRequest& request) {
  store::Identities& identities = call.house.identities;
  const auto key = identities.find_key(call.principal.access_key_id);
  if (!key || key->session_token) {
    throw aws::AwsError("AccessDenied", 403,
                        "Cannot call GetSessionToken with session credentials");
  }
  std::int64_t seconds = request.DurationSeconds().value_or(kDefaultSeconds);
  if (call.principal.root) seconds = std::min(seconds, kRootSeconds);
  const store::Session session =
      identities.create_session_of(call.principal, std::chrono::seconds(seconds));
  GetSessionTokenResponse response;
  response.set_Credentials(show(session));
  return response;
}

}  // namespace sagebrush::service::sts
