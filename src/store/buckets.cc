#include "store/objects_impl.h"

namespace sagebrush::store {

bool Objects::create_bucket(const std::string& name, const std::string& region) {
  bool made = false;
  const long long created = to_ms(impl_->clock.now());
  impl_->database.write([&](soci::session& session) {
    if (find_bucket_id(session, name)) return;
    long long id = 0;
    session << "SELECT coalesce(max(id), 0) + 1 FROM buckets", soci::into(id);
    session << "INSERT INTO buckets (name, id, region, created_ms) "
               "VALUES (:name, :id, :region, :created)",
        soci::use(name), soci::use(id), soci::use(region), soci::use(created);
    made = true;
  });
  return made;
}

std::optional<Bucket> Objects::find_bucket(const std::string& name) {
  std::optional<Bucket> found;
  impl_->database.read([&](soci::session& session) {
    Bucket bucket{.name = name, .region = {}, .created = {}};
    long long created = 0;
    session << "SELECT region, created_ms FROM buckets WHERE name = :name", soci::use(name),
        soci::into(bucket.region), soci::into(created);
    if (!session.got_data()) return;
    bucket.created = from_ms(created);
    found = bucket;
  });
  return found;
}

std::vector<Bucket> Objects::list_buckets() {
  std::vector<Bucket> buckets;
  impl_->database.read([&](soci::session& session) {
    Bucket bucket;
    long long created = 0;
    soci::statement statement =
        (session.prepare << "SELECT name, region, created_ms FROM buckets ORDER BY name",
         soci::into(bucket.name), soci::into(bucket.region), soci::into(created));
    statement.execute();
    while (statement.fetch()) {
      bucket.created = from_ms(created);
      buckets.push_back(bucket);
    }
  });
  return buckets;
}

ObjectOutcome<void> Objects::delete_bucket(const std::string& name) {
  return impl_->write<void>([&](soci::session& session,
                                std::vector<std::string>& freed) -> ObjectOutcome<void> {
    const auto bucket = find_bucket_id(session, name);
    if (!bucket) return std::unexpected(ObjectFault::kNoSuchBucket);
    int objects = 0;
    session << "SELECT count(*) FROM (SELECT 1 FROM objects WHERE bucket = :bucket LIMIT 1) AS one",
        soci::use(*bucket), soci::into(objects);
    if (objects != 0) return std::unexpected(ObjectFault::kBucketNotEmpty);
    std::vector<std::string> uploads;
    {
      soci::rowset<std::string> rows =
          (session.prepare << "SELECT id FROM uploads WHERE bucket = :bucket", soci::use(*bucket));
      uploads.assign(rows.begin(), rows.end());
    }
    for (const std::string& upload : uploads) delete_upload(session, upload, freed);
    session << "DELETE FROM completed_uploads WHERE bucket = :bucket", soci::use(*bucket);
    session << "DELETE FROM buckets WHERE id = :bucket", soci::use(*bucket);
    return {};
  });
}

}  // namespace sagebrush::store
