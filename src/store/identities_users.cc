#include <soci/soci.h>

#include <mutex>

#include "base/error.h"
#include "store/database.h"
#include "store/identities_impl.h"

namespace sagebrush::store {
namespace {

constexpr int kKeysOfUser = 2;

int count_keys(soci::session& sql, const std::string& user_name) {
  int count = 0;
  sql << "SELECT count(*) FROM iam_access_keys WHERE user_name = :name", soci::use(user_name),
      soci::into(count);
  return count;
}

void check_user(soci::session& sql, const std::string& name) {
  int count = 0;
  sql << "SELECT count(*) FROM iam_users WHERE name = :name", soci::use(name), soci::into(count);
  if (count == 0) throw_no_user(name);
}

// Throws unless the key is the user's.
void check_key(soci::session& sql, const std::string& user_name, const std::string& access_key_id) {
  check_user(sql, user_name);
  int count = 0;
  sql << "SELECT count(*) FROM iam_access_keys WHERE user_name = :name AND access_key_id = :id",
      soci::use(user_name), soci::use(access_key_id), soci::into(count);
  if (count == 0) {
    throw Error(ErrorKind::kNotFound,
                "The Access Key with id " + access_key_id + " cannot be found.");
  }
}

struct UserColumns {
  std::string name, path, user_id, tags;
  long long created = 0;
};

User user_of(const UserColumns& row, std::string arn) {
  return {row.name,
          row.path,
          std::move(arn),
          row.user_id,
          read_identity_tags(row.tags),
          from_ms(row.created)};
}

}  // namespace

User Identities::create_user(const std::string& name, const std::string& path,
                             const IdentityTags& tags) {
  const User user{name,
                  path,
                  impl_->arn_of_user(path, name),
                  make_identity_id("AIDA", 17),
                  tags,
                  impl_->clock.now()};
  const long long created = to_ms(user.created);
  const std::string tag_text = write_identity_tags(tags);
  impl_->database.write([&](soci::session& sql) {
    int count = 0;
    sql << "SELECT count(*) FROM iam_users WHERE lower(name) = lower(:name)", soci::use(name),
        soci::into(count);
    if (count > 0)
      throw Error(ErrorKind::kAlreadyExists, "User with name " + name + " already exists.");
    sql << "INSERT INTO iam_users (name, path, user_id, tags, created_ms) VALUES (:name, :path, "
           ":id, :tags, :created)",
        soci::use(name), soci::use(path), soci::use(user.user_id), soci::use(tag_text),
        soci::use(created);
  });
  return user;
}

std::optional<User> Identities::find_user(const std::string& name) {
  std::optional<User> found;
  impl_->database.read([&](soci::session& sql) {
    UserColumns row;
    sql << "SELECT name, path, user_id, tags, created_ms FROM iam_users WHERE name = :name",
        soci::use(name), soci::into(row.name), soci::into(row.path), soci::into(row.user_id),
        soci::into(row.tags), soci::into(row.created);
    if (sql.got_data()) found = user_of(row, impl_->arn_of_user(row.path, row.name));
  });
  return found;
}

std::vector<User> Identities::users(const IdentityQuery& query) {
  std::vector<User> found;
  impl_->database.read([&](soci::session& sql) {
    UserColumns row;
    soci::statement statement =
        (sql.prepare
             << "SELECT name, path, user_id, tags, created_ms FROM iam_users WHERE name > :after"
                " AND substr(path, 1, length(:prefix1)) = :prefix2 ORDER BY name LIMIT :most",
         soci::use(query.after), soci::use(query.path_prefix), soci::use(query.path_prefix),
         soci::use(query.limit), soci::into(row.name), soci::into(row.path),
         soci::into(row.user_id), soci::into(row.tags), soci::into(row.created));
    statement.execute();
    while (statement.fetch()) found.push_back(user_of(row, impl_->arn_of_user(row.path, row.name)));
  });
  return found;
}

void Identities::delete_user(const std::string& name) {
  const std::unique_lock lock(impl_->changes);
  std::string path;
  impl_->database.write([&](soci::session& sql) {
    sql << "SELECT path FROM iam_users WHERE name = :name", soci::use(name), soci::into(path);
    if (!sql.got_data()) throw_no_user(name);
    if (count_keys(sql, name) > 0) {
      throw Error(ErrorKind::kConflict, "Cannot delete entity, must delete access keys first.");
    }
    sql << "DELETE FROM iam_users WHERE name = :name", soci::use(name);
  });
  impl_->revoke("of/" + impl_->arn_of_user(path, name));
}

AccessKey Identities::create_access_key(const std::string& user_name) {
  const std::unique_lock lock(impl_->changes);
  const AccessKey key{make_identity_id("AKIA", 16), user_name, make_secret(), true,
                      impl_->clock.now()};
  const long long created = to_ms(key.created);
  std::string path, user_id;
  impl_->database.write([&](soci::session& sql) {
    sql << "SELECT path, user_id FROM iam_users WHERE name = :name", soci::use(user_name),
        soci::into(path), soci::into(user_id);
    if (!sql.got_data()) throw_no_user(user_name);
    if (count_keys(sql, user_name) >= kKeysOfUser) {
      throw Error(ErrorKind::kLimitExceeded, "Cannot exceed quota for AccessKeysPerUser: 2");
    }
    sql << "INSERT INTO iam_access_keys (access_key_id, user_name, secret, active, created_ms)"
           " VALUES (:id, :name, :secret, 1, :created)",
        soci::use(key.access_key_id), soci::use(user_name), soci::use(key.secret),
        soci::use(created);
  });
  const Principal principal = impl_->principal_of_user(path, user_name, user_id, key.access_key_id);
  impl_->cache.put(key.access_key_id, {{key.secret, {}, {}, true, principal}, ""});
  return key;
}

std::vector<AccessKey> Identities::access_keys(const std::string& user_name) {
  std::vector<AccessKey> found;
  impl_->database.read([&](soci::session& sql) {
    check_user(sql, user_name);
    std::string id;
    int active = 0;
    long long created = 0;
    soci::statement statement =
        (sql.prepare << "SELECT access_key_id, active, created_ms FROM iam_access_keys WHERE "
                        "user_name = :name"
                        " ORDER BY created_ms, access_key_id",
         soci::use(user_name), soci::into(id), soci::into(active), soci::into(created));
    statement.execute();
    while (statement.fetch()) found.push_back({id, user_name, "", active != 0, from_ms(created)});
  });
  return found;
}

void Identities::set_access_key_active(const std::string& user_name,
                                       const std::string& access_key_id, bool active) {
  const std::unique_lock lock(impl_->changes);
  const int value = active ? 1 : 0;
  impl_->database.write([&](soci::session& sql) {
    check_key(sql, user_name, access_key_id);
    sql << "UPDATE iam_access_keys SET active = :active WHERE access_key_id = :id",
        soci::use(value), soci::use(access_key_id);
  });
  impl_->cache.set_active(access_key_id, active);
}

void Identities::delete_access_key(const std::string& user_name, const std::string& access_key_id) {
  const std::unique_lock lock(impl_->changes);
  impl_->database.write([&](soci::session& sql) {
    check_key(sql, user_name, access_key_id);
    sql << "DELETE FROM iam_access_keys WHERE access_key_id = :id", soci::use(access_key_id);
  });
  impl_->cache.erase(access_key_id);
}

}  // namespace sagebrush::store
