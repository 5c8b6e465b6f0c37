#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/identity.h"

namespace sagebrush::store {

class Database;

// Root, users, roles, policies and sessions of the one account. Safe for use by any thread; all but
// find_key and set_root block on the database. A change is effective for every later find_key when
// the call that made it returns. Unless said otherwise a missing user, role, key or policy throws
// Error{kNotFound} in IAM's words.
class Identities {
 public:
  // Loads keys and sessions; makes the default execution role on a database without roles.
  Identities(Database& database, std::string account, const Clock& clock);
  ~Identities();

  const std::string& account() const;
  std::string default_role_arn() const;  // arn:aws:iam::<account>:role/SageMakerExecutionRole

  // Root's keys live outside the database: from the environment, the configuration or
  // DATA/credentials.
  void set_root(const std::string& access_key_id, const std::string& secret);
  // In memory; does not block.
  std::optional<Key> find_key(std::string_view access_key_id) const;

  // Names differ by more than case, else Error{kAlreadyExists}. delete_user throws Error{kConflict}
  // while it has keys.
  User create_user(const std::string& name, const std::string& path, const IdentityTags& tags);
  std::optional<User> find_user(const std::string& name);
  std::vector<User> users(const IdentityQuery& query);
  void delete_user(const std::string& name);

  // At most two a user: Error{kLimitExceeded}.
  AccessKey create_access_key(const std::string& user_name);
  std::vector<AccessKey> access_keys(const std::string& user_name);  // by age; secrets left empty
  void set_access_key_active(const std::string& user_name, const std::string& access_key_id,
                             bool active);
  void delete_access_key(const std::string& user_name, const std::string& access_key_id);

  // role.arn, role_id and created are the answer's. delete_role throws Error{kConflict} while
  // policies are on it.
  Role create_role(Role role);
  std::optional<Role> find_role(const std::string& name);
  std::optional<Role> find_role_by_arn(
      std::string_view arn);  // account, path and name must all be right
  std::vector<Role> roles(const IdentityQuery& query);
  void delete_role(const std::string& name);

  void attach_policy(const std::string& role_name,
                     const std::string& policy_arn);  // attached already: nothing happens
  void detach_policy(const std::string& role_name, const std::string& policy_arn);
  std::vector<AttachedPolicy> attached_policies(const std::string& role_name);
  void put_policy(const std::string& role_name, const std::string& policy_name,
                  const std::string& document);
  std::string policy(const std::string& role_name, const std::string& policy_name);
  void delete_policy(const std::string& role_name, const std::string& policy_name);
  std::vector<std::string> policy_names(const std::string& role_name);

  // Credentials of the role; whether the caller may have them is the caller's affair. They survive
  // a restart.
  Session create_session(const std::string& role_arn, const std::string& session_name,
                         std::chrono::seconds duration);
  // The same for one attempt of a job; the session's name is the job's id.
  Session create_job_session(const std::string& role_arn, const std::string& job_id, int attempt,
                             std::chrono::seconds duration);
  void revoke_job_session(const std::string& job_id, int attempt);
  // Temporary credentials with the rights of `principal` itself.
  Session create_session_of(const Principal& principal, std::chrono::seconds duration);
  // Forgets sessions that expired more than a day ago; until then their use can be told from that
  // of a key that never was.
  void purge_expired_sessions();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sagebrush::store
