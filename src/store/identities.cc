#include "store/identities.h"

#include <soci/soci.h>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/random.h"
#include "store/database.h"
#include "store/identities_impl.h"

namespace sagebrush::store {
namespace {

constexpr const char* kDefaultRole = "SageMakerExecutionRole";
constexpr const char* kDefaultTrust =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},)"
    R"("Action":"sts:AssumeRole"}]})";
constexpr const char* kFullAccess = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess";

}  // namespace

std::string make_identity_id(const std::string& prefix, std::size_t count) {
  return prefix + random_text(count, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
}

std::string make_secret() {
  return random_text(40, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
}

std::string write_identity_tags(const IdentityTags& tags) {
  boost::json::array array;
  for (const auto& [key, value] : tags) array.push_back(boost::json::array{key, value});
  return boost::json::serialize(array);
}

IdentityTags read_identity_tags(const std::string& text) {
  IdentityTags tags;
  for (const auto& tag : boost::json::parse(text).as_array()) {
    tags.emplace_back(tag.at(0).as_string().c_str(), tag.at(1).as_string().c_str());
  }
  return tags;
}

void throw_no_user(const std::string& name) {
  throw Error(ErrorKind::kNotFound, "The user with name " + name + " cannot be found.");
}

void throw_no_role(const std::string& name) {
  throw Error(ErrorKind::kNotFound, "The role with name " + name + " cannot be found.");
}

std::string Identities::Impl::arn_of_user(const std::string& path, const std::string& name) const {
  return "arn:aws:iam::" + account + ":user" + path + name;
}

std::string Identities::Impl::arn_of_role(const std::string& path, const std::string& name) const {
  return "arn:aws:iam::" + account + ":role" + path + name;
}

Principal Identities::Impl::principal_of_user(const std::string& path, const std::string& name,
                                              const std::string& user_id,
                                              const std::string& access_key_id) const {
  return {.account = account,
          .arn = arn_of_user(path, name),
          .user_id = user_id,
          .access_key_id = access_key_id};
}

void Identities::Impl::load_keys() {
  database.read([&](soci::session& sql) {
    std::string id, secret, name, path, user_id;
    int active = 0;
    soci::statement statement =
        (sql.prepare << "SELECT k.access_key_id, k.secret, k.active, u.name, u.path, u.user_id"
                        " FROM iam_access_keys k JOIN iam_users u ON u.name = k.user_name",
         soci::into(id), soci::into(secret), soci::into(active), soci::into(name), soci::into(path),
         soci::into(user_id));
    statement.execute();
    while (statement.fetch()) {
      const Key key{secret, {}, {}, active != 0, principal_of_user(path, name, user_id, id)};
      cache.put(id, {key, ""});
    }
  });
}

void Identities::Impl::load_sessions() {
  database.read([&](soci::session& sql) {
    std::string id, secret, token, arn, user_id, tag;
    int root = 0;
    long long expires = 0;
    soci::statement statement =
        (sql.prepare << "SELECT access_key_id, secret, token, arn, user_id, tag, root, expires_ms "
                        "FROM iam_sessions",
         soci::into(id), soci::into(secret), soci::into(token), soci::into(arn),
         soci::into(user_id), soci::into(tag), soci::into(root), soci::into(expires));
    statement.execute();
    while (statement.fetch()) {
      const Principal principal{account, arn, user_id, id, root != 0};
      cache.put(id, {{secret, token, from_ms(expires), true, principal}, tag});
    }
  });
}

Identities::Identities(Database& database, std::string account, const Clock& clock)
    : impl_(std::make_unique<Impl>(database, std::move(account), clock)) {
  purge_expired_sessions();
  impl_->load_keys();
  impl_->load_sessions();
  if (!roles({.path_prefix = "/", .after = "", .limit = 1}).empty()) return;
  Role role;
  role.name = kDefaultRole;
  role.path = "/";
  role.trust_policy = kDefaultTrust;
  role.description = "Made at the first start: training jobs may run as this role.";
  role.max_session = std::chrono::hours(12);
  create_role(role);
  attach_policy(kDefaultRole, kFullAccess);
}

Identities::~Identities() = default;

const std::string& Identities::account() const {
  return impl_->account;
}

std::string Identities::default_role_arn() const {
  return impl_->arn_of_role("/", kDefaultRole);
}

void Identities::set_root(const std::string& access_key_id, const std::string& secret) {
  const std::unique_lock lock(impl_->changes);
  if (!impl_->root_access_key_id.empty()) impl_->cache.erase(impl_->root_access_key_id);
  impl_->root_access_key_id = access_key_id;
  const Principal principal{.account = impl_->account,
                            .arn = "arn:aws:iam::" + impl_->account + ":root",
                            .user_id = impl_->account,
                            .access_key_id = access_key_id,
                            .root = true};
  impl_->cache.put(access_key_id, {{secret, {}, {}, true, principal}, ""});
}

std::optional<Key> Identities::find_key(std::string_view access_key_id) const {
  return impl_->cache.find(access_key_id);
}

}  // namespace sagebrush::store
