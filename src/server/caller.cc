#include "server/caller.h"

#include "aws/auth_error.h"
#include "base/hash.h"
#include "store/identities.h"

namespace sagebrush::server {

using aws::AuthProblem;

store::Key find_caller(const store::Identities& identities, const aws::ParsedSignature& signature,
                       Time now) {
  auto key = identities.find_key(signature.access_key_id);
  if (!key || !key->active) throw aws::auth_error(AuthProblem::kUnknownKey, signature.service);
  if (key->session_token.has_value() != !signature.session_token.empty() ||
      !equal_in_constant_time(key->session_token.value_or(""), signature.session_token)) {
    throw aws::auth_error(AuthProblem::kInvalidToken, signature.service);
  }
  if (key->expires && *key->expires <= now) {
    throw aws::auth_error(AuthProblem::kExpiredToken, signature.service);
  }
  return std::move(*key);
}

}  // namespace sagebrush::server
