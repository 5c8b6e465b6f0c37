#include "store/migrations.h"

namespace sagebrush::store {

// Times are milliseconds since 1970. Secrets stand as they are: SigV4 needs them to check a
// signature, so a hash would not do; the data folder's 0700 is what guards them.
const std::string_view kIdentitiesSchema = R"sql(
CREATE TABLE iam_users (
  name TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  user_id TEXT NOT NULL UNIQUE,
  tags TEXT NOT NULL,
  created_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX iam_users_by_lower_name ON iam_users (lower(name));

CREATE TABLE iam_access_keys (
  access_key_id TEXT PRIMARY KEY,
  user_name TEXT NOT NULL,
  secret TEXT NOT NULL,
  active INTEGER NOT NULL,
  created_ms BIGINT NOT NULL
);
CREATE INDEX iam_access_keys_by_user ON iam_access_keys (user_name);

CREATE TABLE iam_roles (
  name TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  role_id TEXT NOT NULL UNIQUE,
  trust_policy TEXT NOT NULL,
  description TEXT NOT NULL,
  max_session_seconds BIGINT NOT NULL,
  tags TEXT NOT NULL,
  created_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX iam_roles_by_lower_name ON iam_roles (lower(name));

CREATE TABLE iam_role_policies (
  role_name TEXT NOT NULL,
  policy_name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (role_name, policy_name)
);

CREATE TABLE iam_attached_policies (
  role_name TEXT NOT NULL,
  policy_arn TEXT NOT NULL,
  policy_name TEXT NOT NULL,
  PRIMARY KEY (role_name, policy_arn)
);

CREATE TABLE iam_sessions (
  access_key_id TEXT PRIMARY KEY,
  secret TEXT NOT NULL,
  token TEXT NOT NULL,
  arn TEXT NOT NULL,
  user_id TEXT NOT NULL,
  root INTEGER NOT NULL,
  tag TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL
);
CREATE INDEX iam_sessions_by_tag ON iam_sessions (tag);
CREATE INDEX iam_sessions_by_expiry ON iam_sessions (expires_ms)
)sql";

}  // namespace sagebrush::store
