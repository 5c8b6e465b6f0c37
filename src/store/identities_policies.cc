#include <soci/soci.h>

#include "base/error.h"
#include "store/database.h"
#include "store/identities_impl.h"

namespace sagebrush::store {
namespace {

void check_role(soci::session& sql, const std::string& name) {
  int count = 0;
  sql << "SELECT count(*) FROM iam_roles WHERE name = :name", soci::use(name), soci::into(count);
  if (count == 0) throw_no_role(name);
}

[[noreturn]] void throw_no_policy(const std::string& name) {
  throw Error(ErrorKind::kNotFound, "The role policy with name " + name + " cannot be found.");
}

}  // namespace

void Identities::attach_policy(const std::string& role_name, const std::string& policy_arn) {
  const std::string policy_name = policy_arn.substr(policy_arn.rfind('/') + 1);
  impl_->database.write([&](soci::session& sql) {
    check_role(sql, role_name);
    sql << "DELETE FROM iam_attached_policies WHERE role_name = :role AND policy_arn = :arn",
        soci::use(role_name), soci::use(policy_arn);
    sql << "INSERT INTO iam_attached_policies (role_name, policy_arn, policy_name) VALUES (:role, "
           ":arn, :name)",
        soci::use(role_name), soci::use(policy_arn), soci::use(policy_name);
  });
}

void Identities::detach_policy(const std::string& role_name, const std::string& policy_arn) {
  impl_->database.write([&](soci::session& sql) {
    check_role(sql, role_name);
    int count = 0;
    sql << "SELECT count(*) FROM iam_attached_policies WHERE role_name = :role AND policy_arn = "
           ":arn",
        soci::use(role_name), soci::use(policy_arn), soci::into(count);
    if (count == 0) throw Error(ErrorKind::kNotFound, "Policy " + policy_arn + " was not found.");
    sql << "DELETE FROM iam_attached_policies WHERE role_name = :role AND policy_arn = :arn",
        soci::use(role_name), soci::use(policy_arn);
  });
}

std::vector<AttachedPolicy> Identities::attached_policies(const std::string& role_name) {
  std::vector<AttachedPolicy> found;
  impl_->database.read([&](soci::session& sql) {
    check_role(sql, role_name);
    AttachedPolicy policy;
    soci::statement statement =
        (sql.prepare
             << "SELECT policy_arn, policy_name FROM iam_attached_policies WHERE role_name = :role"
                " ORDER BY policy_arn",
         soci::use(role_name), soci::into(policy.arn), soci::into(policy.name));
    statement.execute();
    while (statement.fetch()) found.push_back(policy);
  });
  return found;
}

void Identities::put_policy(const std::string& role_name, const std::string& policy_name,
                            const std::string& document) {
  impl_->database.write([&](soci::session& sql) {
    check_role(sql, role_name);
    sql << "DELETE FROM iam_role_policies WHERE role_name = :role AND policy_name = :name",
        soci::use(role_name), soci::use(policy_name);
    sql << "INSERT INTO iam_role_policies (role_name, policy_name, document) VALUES (:role, :name, "
           ":document)",
        soci::use(role_name), soci::use(policy_name), soci::use(document);
  });
}

std::string Identities::policy(const std::string& role_name, const std::string& policy_name) {
  std::string document;
  impl_->database.read([&](soci::session& sql) {
    check_role(sql, role_name);
    sql << "SELECT document FROM iam_role_policies WHERE role_name = :role AND policy_name = :name",
        soci::use(role_name), soci::use(policy_name), soci::into(document);
    if (!sql.got_data()) throw_no_policy(policy_name);
  });
  return document;
}

void Identities::delete_policy(const std::string& role_name, const std::string& policy_name) {
  impl_->database.write([&](soci::session& sql) {
    check_role(sql, role_name);
    int count = 0;
    sql << "SELECT count(*) FROM iam_role_policies WHERE role_name = :role AND policy_name = :name",
        soci::use(role_name), soci::use(policy_name), soci::into(count);
    if (count == 0) throw_no_policy(policy_name);
    sql << "DELETE FROM iam_role_policies WHERE role_name = :role AND policy_name = :name",
        soci::use(role_name), soci::use(policy_name);
  });
}

std::vector<std::string> Identities::policy_names(const std::string& role_name) {
  std::vector<std::string> found;
  impl_->database.read([&](soci::session& sql) {
    check_role(sql, role_name);
    std::string name;
    soci::statement statement = (sql.prepare << "SELECT policy_name FROM iam_role_policies WHERE "
                                                "role_name = :role ORDER BY policy_name",
                                 soci::use(role_name), soci::into(name));
    statement.execute();
    while (statement.fetch()) found.push_back(name);
  });
  return found;
}

}  // namespace sagebrush::store
