#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "store/principal.h"

namespace sagebrush::store {

using IdentityTags = std::vector<std::pair<std::string, std::string>>;

// What a signature is checked with. Expired and inactive keys are found too: the caller words the
// refusal.
struct Key {
  std::string secret;
  std::optional<std::string> session_token;
  std::optional<Time> expires;
  bool active = true;
  Principal principal;
};

struct User {
  std::string name;
  std::string path;  // "/" or "/a/b/"
  std::string arn;
  std::string user_id;  // AIDA…
  IdentityTags tags;
  Time created;
};

struct AccessKey {
  std::string access_key_id;  // AKIA…
  std::string user_name;
  std::string secret;
  bool active = true;
  Time created;
};

struct Role {
  std::string name;
  std::string path;
  std::string arn;
  std::string role_id;       // AROA…
  std::string trust_policy;  // JSON, as given
  std::string description;
  std::chrono::seconds max_session{3600};
  IdentityTags tags;
  Time created;
};

struct AttachedPolicy {
  std::string arn;
  std::string name;
};

// Temporary credentials: an ASIA key with the token that must come with it.
struct Session {
  std::string access_key_id;
  std::string secret;
  std::string token;
  Time expires;
  Principal principal;
};

// A slice of a list that is ordered by name: names after `after`, at most `limit`.
struct IdentityQuery {
  std::string path_prefix = "/";
  std::string after;
  int limit = 100;
};

}  // namespace sagebrush::store
