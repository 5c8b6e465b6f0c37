#include "service/registry/access.h"

#include "base/hash.h"
#include "base/text.h"
#include "store/identities.h"

namespace sagebrush::service::registry {
namespace {

constexpr std::string_view kPurpose = "sagebrush-registry-token-1";

std::string seal(const std::string& access_key_id, const std::string& expires,
                 std::string_view scope, const std::string& secret) {
  const std::string text =
      std::string(kPurpose) + "\n" + access_key_id + "\n" + expires + "\n" + std::string(scope);
  return to_hex(hmac_sha256(secret, text));
}

bool usable(const store::Key& key, Time now) {
  return key.active && (!key.expires || *key.expires > now);
}

bool has_scheme(std::string_view header, std::string_view scheme) {
  return header.size() > scheme.size() &&
         http::equal_ignoring_case(header.substr(0, scheme.size()), scheme);
}

}  // namespace

std::string make_token(const std::string& access_key_id, const std::string& secret, Time expires,
                       const std::string& scope) {
  const std::string until = std::to_string(to_ms(expires) / 1000);
  return to_base64(access_key_id + ":" + until + ":" + seal(access_key_id, until, scope, secret));
}

std::optional<std::string> token_owner(const store::Identities& identities, std::string_view token,
                                       std::string_view scope, Time now) {
  const auto text = from_base64(token);
  if (!text) return std::nullopt;
  const auto parts = split(*text, ':');
  if (parts.size() != 3) return std::nullopt;
  const auto until = parse_unsigned(parts[1]);
  const auto key = identities.find_key(parts[0]);
  if (!until || !key || !usable(*key, now)) return std::nullopt;
  const std::string id(parts[0]);
  if (!equal_in_constant_time(seal(id, std::string(parts[1]), scope, key->secret), parts[2])) {
    return std::nullopt;
  }
  if (*until <= static_cast<std::uint64_t>(to_ms(now) / 1000)) return std::nullopt;
  return id;
}

bool is_admitted(const store::Identities& identities, const http::Request& request, Time now) {
  constexpr std::string_view kBasic = "Basic ";
  const std::string_view header = request.headers.get("Authorization");
  if (!has_scheme(header, kBasic)) return false;
  const auto pair = from_base64(trim(header.substr(kBasic.size())));
  if (!pair) return false;
  const auto colon = pair->find(':');
  if (colon == std::string::npos) return false;
  const std::string_view user = std::string_view(*pair).substr(0, colon);
  const std::string_view password = std::string_view(*pair).substr(colon + 1);
  if (user == "AWS") return token_owner(identities, password, "", now).has_value();
  const auto key = identities.find_key(user);
  return key && usable(*key, now) && !key->session_token &&
         equal_in_constant_time(key->secret, password);
}

}  // namespace sagebrush::service::registry
