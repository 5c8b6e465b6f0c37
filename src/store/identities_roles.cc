#include <soci/soci.h>

#include <mutex>

#include "base/error.h"
#include "store/database.h"
#include "store/identities_impl.h"

namespace sagebrush::store {
namespace {

constexpr const char* kSelect =
    "SELECT name, path, role_id, trust_policy, description, max_session_seconds, tags, created_ms "
    "FROM iam_roles";

struct RoleColumns {
  std::string name, path, role_id, trust_policy, description, tags;
  long long max_session_seconds = 0, created = 0;

  void bind(soci::statement& statement) {
    for (std::string* text : {&name, &path, &role_id, &trust_policy, &description}) {
      statement.exchange(soci::into(*text));
    }
    statement.exchange(soci::into(max_session_seconds));
    statement.exchange(soci::into(tags));
    statement.exchange(soci::into(created));
  }

  Role role(std::string arn) const {
    Role role;
    role.name = name;
    role.path = path;
    role.arn = std::move(arn);
    role.role_id = role_id;
    role.trust_policy = trust_policy;
    role.description = description;
    role.max_session = std::chrono::seconds(max_session_seconds);
    role.tags = read_identity_tags(tags);
    role.created = from_ms(created);
    return role;
  }
};

void run(soci::statement& statement, const std::string& text) {
  statement.alloc();
  statement.prepare(text);
  statement.define_and_bind();
  statement.execute();
}

void insert(soci::session& sql, const Role& role) {
  const long long seconds = role.max_session.count();
  const long long created = to_ms(role.created);
  const std::string tags = write_identity_tags(role.tags);
  sql << "INSERT INTO iam_roles (name, path, role_id, trust_policy, description, "
         "max_session_seconds, tags,"
         " created_ms) VALUES (:name, :path, :id, :trust, :description, :seconds, :tags, :created)",
      soci::use(role.name), soci::use(role.path), soci::use(role.role_id),
      soci::use(role.trust_policy), soci::use(role.description), soci::use(seconds),
      soci::use(tags), soci::use(created);
}

}  // namespace

Role Identities::create_role(Role role) {
  role.arn = impl_->arn_of_role(role.path, role.name);
  role.role_id = make_identity_id("AROA", 17);
  role.created = impl_->clock.now();
  impl_->database.write([&](soci::session& sql) {
    int count = 0;
    sql << "SELECT count(*) FROM iam_roles WHERE lower(name) = lower(:name)", soci::use(role.name),
        soci::into(count);
    if (count > 0) {
      throw Error(ErrorKind::kAlreadyExists, "Role with name " + role.name + " already exists.");
    }
    insert(sql, role);
  });
  return role;
}

std::optional<Role> Identities::find_role(const std::string& name) {
  std::optional<Role> found;
  impl_->database.read([&](soci::session& sql) {
    RoleColumns row;
    soci::statement statement(sql);
    row.bind(statement);
    statement.exchange(soci::use(name));
    run(statement, std::string(kSelect) + " WHERE name = :name");
    if (statement.fetch()) found = row.role(impl_->arn_of_role(row.path, row.name));
  });
  return found;
}

std::optional<Role> Identities::find_role_by_arn(std::string_view arn) {
  const std::size_t slash = arn.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto role = find_role(std::string(arn.substr(slash + 1)));
  if (role && role->arn != arn) role.reset();
  return role;
}

std::vector<Role> Identities::roles(const IdentityQuery& query) {
  std::vector<Role> found;
  impl_->database.read([&](soci::session& sql) {
    RoleColumns row;
    soci::statement statement(sql);
    row.bind(statement);
    statement.exchange(soci::use(query.after));
    statement.exchange(soci::use(query.path_prefix));
    statement.exchange(soci::use(query.path_prefix));
    statement.exchange(soci::use(query.limit));
    run(statement, std::string(kSelect) +
                       " WHERE name > :after AND substr(path, 1, length(:prefix1)) = :prefix2"
                       " ORDER BY name LIMIT :most");
    while (statement.fetch()) found.push_back(row.role(impl_->arn_of_role(row.path, row.name)));
  });
  return found;
}

void Identities::delete_role(const std::string& name) {
  const std::unique_lock lock(impl_->changes);
  impl_->database.write([&](soci::session& sql) {
    int roles = 0;
    sql << "SELECT count(*) FROM iam_roles WHERE name = :name", soci::use(name), soci::into(roles);
    if (roles == 0) throw_no_role(name);
    int attached = 0;
    sql << "SELECT count(*) FROM iam_attached_policies WHERE role_name = :name", soci::use(name),
        soci::into(attached);
    if (attached > 0)
      throw Error(ErrorKind::kConflict, "Cannot delete entity, must detach all policies first.");
    int inlined = 0;
    sql << "SELECT count(*) FROM iam_role_policies WHERE role_name = :name", soci::use(name),
        soci::into(inlined);
    if (inlined > 0)
      throw Error(ErrorKind::kConflict, "Cannot delete entity, must delete policies first.");
    sql << "DELETE FROM iam_roles WHERE name = :name", soci::use(name);
  });
  impl_->revoke("role/" + name);
}

}  // namespace sagebrush::store
