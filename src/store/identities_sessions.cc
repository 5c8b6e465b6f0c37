#include <soci/soci.h>

#include <mutex>

#include "base/error.h"
#include "base/random.h"
#include "store/database.h"
#include "store/identities_impl.h"

namespace sagebrush::store {
namespace {

constexpr std::size_t kTokenLength = 256;
constexpr auto kForgetAfter = std::chrono::hours(24);

std::string tag_of_job(const std::string& job_id, int attempt) {
  return "job/" + job_id + "/" + std::to_string(attempt);
}

}  // namespace

Session Identities::Impl::create_session(Principal principal, const std::string& tag,
                                         std::chrono::seconds duration) {
  const Time now = clock.now();
  principal.access_key_id = make_identity_id("ASIA", 16);
  const Session session{
      .access_key_id = principal.access_key_id,
      .secret = make_secret(),
      .token = random_text(kTokenLength,
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
      .expires = now + duration,
      .principal = principal};
  const int root = principal.root ? 1 : 0;
  const long long created_ms = to_ms(now);
  const long long expires_ms = to_ms(session.expires);
  const std::shared_lock lock(changes);
  database.write([&](soci::session& sql) {
    sql << "INSERT INTO iam_sessions (access_key_id, secret, token, arn, user_id, root, tag, "
           "created_ms, expires_ms)"
           " VALUES (:id, :secret, :token, :arn, :user_id, :root, :tag, :created, :expires)",
        soci::use(session.access_key_id), soci::use(session.secret), soci::use(session.token),
        soci::use(principal.arn), soci::use(principal.user_id), soci::use(root), soci::use(tag),
        soci::use(created_ms), soci::use(expires_ms);
  });
  cache.put(session.access_key_id,
            {{session.secret, session.token, session.expires, true, principal}, tag});
  return session;
}

void Identities::Impl::revoke(const std::string& tag) {
  database.write([&](soci::session& sql) {
    sql << "DELETE FROM iam_sessions WHERE tag = :tag", soci::use(tag);
  });
  cache.erase_if([&](const CachedKey& key) { return key.tag == tag; });
}

Session Identities::create_session(const std::string& role_arn, const std::string& session_name,
                                   std::chrono::seconds duration) {
  const auto role = find_role_by_arn(role_arn);
  if (!role) throw_no_role(role_arn);
  const Principal principal{
      .account = impl_->account,
      .arn = "arn:aws:sts::" + impl_->account + ":assumed-role/" + role->name + "/" + session_name,
      .user_id = role->role_id + ":" + session_name,
      .access_key_id = ""};
  return impl_->create_session(principal, "role/" + role->name, duration);
}

Session Identities::create_job_session(const std::string& role_arn, const std::string& job_id,
                                       int attempt, std::chrono::seconds duration) {
  const auto role = find_role_by_arn(role_arn);
  if (!role) throw_no_role(role_arn);
  const Principal principal{
      .account = impl_->account,
      .arn = "arn:aws:sts::" + impl_->account + ":assumed-role/" + role->name + "/" + job_id,
      .user_id = role->role_id + ":" + job_id,
      .access_key_id = ""};
  return impl_->create_session(principal, tag_of_job(job_id, attempt), duration);
}

void Identities::revoke_job_session(const std::string& job_id, int attempt) {
  const std::unique_lock lock(impl_->changes);
  impl_->revoke(tag_of_job(job_id, attempt));
}

Session Identities::create_session_of(const Principal& principal, std::chrono::seconds duration) {
  return impl_->create_session(principal, "of/" + principal.arn, duration);
}

void Identities::purge_expired_sessions() {
  const std::unique_lock lock(impl_->changes);
  const Time before = impl_->clock.now() - kForgetAfter;
  const long long before_ms = to_ms(before);
  impl_->database.write([&](soci::session& sql) {
    sql << "DELETE FROM iam_sessions WHERE expires_ms < :before", soci::use(before_ms);
  });
  impl_->cache.erase_if(
      [&](const CachedKey& cached) { return cached.key.expires && *cached.key.expires < before; });
}

}  // namespace sagebrush::store
