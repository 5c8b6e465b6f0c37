#include "store/tags.h"

#include <soci/soci.h>

#include "base/error.h"
#include "store/database.h"

namespace sagebrush::store {
namespace {

constexpr int kMostTags = 50;  // AWS's limit for one resource

}  // namespace

void Tags::put(const std::string& arn, const std::vector<Tag>& tags) {
  database_.write([&](soci::session& session) {
    for (const auto& [key, value] : tags) {
      session << "INSERT INTO tags (arn, key, value) VALUES (:arn, :key, :value)"
                 " ON CONFLICT (arn, key) DO UPDATE SET value = excluded.value",
          soci::use(arn), soci::use(key), soci::use(value);
    }
    int count = 0;
    session << "SELECT count(*) FROM tags WHERE arn = :arn", soci::use(arn), soci::into(count);
    if (count > kMostTags) {
      throw Error(ErrorKind::kLimitExceeded, "a resource can have 50 tags at most; " + arn +
                                                 " would have " + std::to_string(count));
    }
  });
}

std::vector<Tag> Tags::list(const std::string& arn) {
  std::vector<Tag> tags;
  database_.read([&](soci::session& session) {
    Tag tag;
    soci::statement statement =
        (session.prepare << "SELECT key, value FROM tags WHERE arn = :arn ORDER BY key",
         soci::use(arn), soci::into(tag.first), soci::into(tag.second));
    statement.execute();
    while (statement.fetch()) tags.push_back(tag);
  });
  return tags;
}

void Tags::remove(const std::string& arn, const std::vector<std::string>& keys) {
  database_.write([&](soci::session& session) {
    for (const auto& key : keys) {
      session << "DELETE FROM tags WHERE arn = :arn AND key = :key", soci::use(arn), soci::use(key);
    }
  });
}

void Tags::remove_all(const std::string& arn) {
  database_.write([&](soci::session& session) {
    session << "DELETE FROM tags WHERE arn = :arn", soci::use(arn);
  });
}

}  // namespace sagebrush::store
