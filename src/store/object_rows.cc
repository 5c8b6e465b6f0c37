#include "store/object_rows.h"

#include <boost/json.hpp>

#include "store/object_key.h"

namespace sagebrush::store {
namespace {

constexpr const char* kObjectColumns =
    "SELECT o.id, o.bytes, o.etag, o.modified_ms, o.blob, o.parts, o.class, o.checksum, o.meta "
    "FROM objects o ";

// Reads one row of kObjectColumns; `bind` adds the statement's uses.
template <typename Bucket>
std::optional<ObjectRow> one_object(soci::session& session, const std::string& where,
                                    const Bucket& bucket, const std::string& key) {
  ObjectRow row;
  long long bytes = 0;
  long long modified = 0;
  const std::string column = to_column(key);
  session << kObjectColumns + where, soci::use(bucket), soci::use(column), soci::into(row.id),
      soci::into(bytes), soci::into(row.info.etag), soci::into(modified), soci::into(row.blob),
      soci::into(row.info.parts), soci::into(row.info.meta.storage_class),
      soci::into(row.info.meta.checksum), soci::into(row.info.meta.document);
  if (!session.got_data()) return std::nullopt;
  row.info.key = key;
  row.info.bytes = static_cast<std::uint64_t>(bytes);
  row.info.modified = from_ms(modified);
  return row;
}

}  // namespace

std::optional<long long> find_bucket_id(soci::session& session, const std::string& name) {
  long long id = 0;
  session << "SELECT id FROM buckets WHERE name = :name", soci::use(name), soci::into(id);
  return session.got_data() ? std::optional(id) : std::nullopt;
}

std::optional<ObjectRow> find_object(soci::session& session, long long bucket,
                                     const std::string& key) {
  return one_object(session, "WHERE o.bucket = :bucket AND o.key = :key", bucket, key);
}

std::optional<ObjectRow> find_object(soci::session& session, const std::string& bucket,
                                     const std::string& key) {
  return one_object(session,
                    "JOIN buckets b ON b.id = o.bucket WHERE b.name = :bucket AND o.key = :key",
                    bucket, key);
}

std::vector<PartRow> object_parts(soci::session& session, const std::string& object) {
  std::vector<PartRow> rows;
  PartRow row;
  long long bytes = 0;
  soci::statement statement =
      (session.prepare << "SELECT number, bytes, etag, checksums, blob FROM object_parts "
                          "WHERE object = :object ORDER BY number",
       soci::use(object), soci::into(row.info.number), soci::into(bytes), soci::into(row.info.etag),
       soci::into(row.info.checksums), soci::into(row.blob));
  statement.execute();
  while (statement.fetch()) {
    row.info.bytes = static_cast<std::uint64_t>(bytes);
    rows.push_back(row);
  }
  return rows;
}

void insert_object(soci::session& session, long long bucket, const ObjectRow& row) {
  const std::string key = to_column(row.info.key);
  const auto bytes = static_cast<long long>(row.info.bytes);
  const long long modified = to_ms(row.info.modified);
  session << "INSERT INTO objects (bucket, key, id, bytes, etag, modified_ms, blob, parts, class, "
             "checksum, meta) VALUES (:bucket, :key, :id, :bytes, :etag, :modified, :blob, :parts, "
             ":class, :checksum, :meta)",
      soci::use(bucket), soci::use(key), soci::use(row.id), soci::use(bytes),
      soci::use(row.info.etag), soci::use(modified), soci::use(row.blob), soci::use(row.info.parts),
      soci::use(row.info.meta.storage_class), soci::use(row.info.meta.checksum),
      soci::use(row.info.meta.document);
}

void insert_object_part(soci::session& session, const std::string& object, const PartRow& part) {
  const auto bytes = static_cast<long long>(part.info.bytes);
  session << "INSERT INTO object_parts (object, number, bytes, etag, checksums, blob) "
             "VALUES (:object, :number, :bytes, :etag, :checksums, :blob)",
      soci::use(object), soci::use(part.info.number), soci::use(bytes), soci::use(part.info.etag),
      soci::use(part.info.checksums), soci::use(part.blob);
}

void delete_object(soci::session& session, long long bucket, const std::string& key,
                   std::vector<std::string>& freed) {
  const auto row = find_object(session, bucket, key);
  if (!row) return;
  const std::string column = to_column(key);
  session << "DELETE FROM objects WHERE bucket = :bucket AND key = :key", soci::use(bucket),
      soci::use(column);
  if (!row->blob.empty()) add_garbage(session, row->blob, freed);
  if (row->info.parts == 0) return;
  for (const PartRow& part : object_parts(session, row->id)) {
    if (!part.blob.empty()) add_garbage(session, part.blob, freed);
  }
  session << "DELETE FROM object_parts WHERE object = :object", soci::use(row->id);
}

std::optional<Upload> find_upload(soci::session& session, long long bucket, const std::string& key,
                                  const std::string& id) {
  Upload upload{.id = id, .key = key, .created = {}, .meta = {}};
  long long created = 0;
  std::string meta;
  const std::string column = to_column(key);
  session << "SELECT created_ms, meta FROM uploads WHERE id = :id AND bucket = :bucket "
             "AND key = :key",
      soci::use(id), soci::use(bucket), soci::use(column), soci::into(created), soci::into(meta);
  if (!session.got_data()) return std::nullopt;
  upload.created = from_ms(created);
  upload.meta = meta_from_column(meta);
  return upload;
}

std::vector<PartRow> upload_parts(soci::session& session, const std::string& upload, int after,
                                  int limit) {
  std::vector<PartRow> rows;
  PartRow row;
  long long bytes = 0;
  long long modified = 0;
  std::string sql =
      "SELECT number, bytes, etag, checksums, modified_ms, blob FROM upload_parts "
      "WHERE upload = :upload AND number > :after ORDER BY number";
  if (limit > 0) sql += " LIMIT " + std::to_string(limit);
  soci::statement statement =
      (session.prepare << sql, soci::use(upload), soci::use(after), soci::into(row.info.number),
       soci::into(bytes), soci::into(row.info.etag), soci::into(row.info.checksums),
       soci::into(modified), soci::into(row.blob));
  statement.execute();
  while (statement.fetch()) {
    row.info.bytes = static_cast<std::uint64_t>(bytes);
    row.info.modified = from_ms(modified);
    rows.push_back(row);
  }
  return rows;
}

void delete_upload_part(soci::session& session, const std::string& upload, int number) {
  session << "DELETE FROM upload_parts WHERE upload = :upload AND number = :number",
      soci::use(upload), soci::use(number);
}

void delete_upload(soci::session& session, const std::string& upload,
                   std::vector<std::string>& freed) {
  for (const PartRow& part : upload_parts(session, upload, 0, 0)) {
    add_garbage(session, part.blob, freed);
  }
  session << "DELETE FROM upload_parts WHERE upload = :upload", soci::use(upload);
  session << "DELETE FROM uploads WHERE id = :upload", soci::use(upload);
}

void add_garbage(soci::session& session, const std::string& blob, std::vector<std::string>& freed) {
  session << "INSERT INTO blob_garbage (blob) VALUES (:blob)", soci::use(blob);
  freed.push_back(blob);
}

std::optional<ObjectFault> broken_condition(const WriteCondition& condition,
                                            const std::optional<ObjectRow>& present) {
  if (condition.if_none_match && present) return ObjectFault::kPreconditionFailed;
  if (!condition.if_match) return std::nullopt;
  if (!present) return ObjectFault::kNoSuchKey;
  const bool matches = *condition.if_match == "*" || *condition.if_match == present->info.etag;
  return matches ? std::nullopt : std::optional(ObjectFault::kPreconditionFailed);
}

std::string meta_to_column(const ObjectMeta& meta) {
  return boost::json::serialize(
      boost::json::array{meta.storage_class, meta.checksum, meta.document});
}

ObjectMeta meta_from_column(const std::string& column) {
  const boost::json::value value = boost::json::parse(column);
  const boost::json::array& fields = value.as_array();
  return {.document = std::string(fields.at(2).as_string()),
          .storage_class = std::string(fields.at(0).as_string()),
          .checksum = std::string(fields.at(1).as_string())};
}

}  // namespace sagebrush::store
