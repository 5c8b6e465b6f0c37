#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/identities.h"

namespace sagebrush::store {

// A key in memory, with the tag of its session ("" for a long-lived one).
struct CachedKey {
  Key key;
  std::string tag;
};

// All keys and sessions by access key id.
class KeyCache {
 public:
  std::optional<Key> find(std::string_view access_key_id) const;
  void put(const std::string& access_key_id, CachedKey key);
  void erase(const std::string& access_key_id);
  void erase_if(const std::function<bool(const CachedKey&)>& wanted);
  void set_active(const std::string& access_key_id, bool active);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, CachedKey, Hash, std::equal_to<>> keys_;
};

struct Identities::Impl {
  Impl(Database& metadata, std::string account_id, const Clock& time)
      : database(metadata), account(std::move(account_id)), clock(time) {}

  std::string arn_of_user(const std::string& path, const std::string& name) const;
  std::string arn_of_role(const std::string& path, const std::string& name) const;
  Principal principal_of_user(const std::string& path, const std::string& name,
                              const std::string& user_id, const std::string& access_key_id) const;
  void load_keys();
  void load_sessions();
  Session create_session(Principal principal, const std::string& tag,
                         std::chrono::seconds duration);
  void revoke(const std::string& tag);

  Database& database;
  const std::string account;
  const Clock& clock;
  std::string root_access_key_id;
  KeyCache cache;
  // Keeps the cache in step with the database: held shared to add a new key, alone to change or
  // remove some.
  std::shared_mutex changes;
};

// For ids such as AIDA…: `count` letters and digits of base 32 after the prefix.
std::string make_identity_id(const std::string& prefix, std::size_t count);
std::string make_secret();

// Tags as the JSON object-pairs that stand in the database: [["key", "value"], …].
std::string write_identity_tags(const IdentityTags& tags);
IdentityTags read_identity_tags(const std::string& text);

[[noreturn]] void throw_no_user(const std::string& name);
[[noreturn]] void throw_no_role(const std::string& name);

}  // namespace sagebrush::store
