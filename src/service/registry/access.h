#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/message.h"

namespace sagebrush::store {
class Identities;
}

namespace sagebrush::service::registry {

// A password for `docker login --username AWS`: says whose it is and until when, signed with that
// key's secret, so that it ends with the key. scope: "" for all of the registry, or the one blob,
// "repository@digest", that it lets read.
std::string make_token(const std::string& access_key_id, const std::string& secret, Time expires,
                       const std::string& scope = "");

// The access key whose token it is; nullopt when it is none of ours, of another scope, or over.
std::optional<std::string> token_owner(const store::Identities& identities, std::string_view token,
                                       std::string_view scope, Time now);

// Whether the request's Basic authentication holds: user AWS with a token, or an access key's id
// with its secret.
bool is_admitted(const store::Identities& identities, const http::Request& request, Time now);

}  // namespace sagebrush::service::registry
