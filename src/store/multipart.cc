#include "base/random.h"
#include "store/object_key.h"
#include "store/objects_impl.h"

namespace sagebrush::store {
namespace {

// Reads the uploads behind (key, id), in order.
std::vector<Upload> uploads_after(soci::session& session, long long bucket, const std::string& key,
                                  const std::string& id, int limit) {
  std::vector<Upload> uploads;
  Upload upload;
  std::string row_key;
  std::string meta;
  long long created = 0;
  const std::string column = to_column(key);
  soci::statement statement =
      (session.prepare << "SELECT id, key, created_ms, meta FROM uploads WHERE bucket = :bucket "
                          "AND (key > :key OR (key = :same AND id > :id)) ORDER BY key, id "
                          "LIMIT :limit",
       soci::use(bucket), soci::use(column), soci::use(column), soci::use(id), soci::use(limit),
       soci::into(upload.id), soci::into(row_key), soci::into(created), soci::into(meta));
  statement.execute();
  while (statement.fetch()) {
    upload.key = from_column(row_key);
    upload.created = from_ms(created);
    upload.meta = meta_from_column(meta);
    uploads.push_back(upload);
  }
  return uploads;
}

// Greater than every id: an upload id is hexadecimal.
constexpr const char* kAfterEveryId = "~";

class UploadScan {
 public:
  UploadScan(soci::session& session, long long bucket, const UploadQuery& query)
      : session_(session), bucket_(bucket), query_(query) {}

  UploadListing run() {
    std::string key = query_.after_key;
    std::string id = query_.after_id.empty() && !key.empty() ? kAfterEveryId : query_.after_id;
    if (key < query_.prefix) {
      key = query_.prefix;
      id.clear();
    }
    for (;;) {
      const auto page = uploads_after(session_, bucket_, key, id, query_.limit + 1);
      for (const Upload& upload : page) {
        if (!upload.key.starts_with(query_.prefix) || !take(upload)) return std::move(listing_);
      }
      if (page.size() <= static_cast<std::size_t>(query_.limit)) return std::move(listing_);
      key = page.back().key;
      id = page.back().id;
    }
  }

 private:
  // False when the page is full.
  bool take(const Upload& upload) {
    const std::string group(common_prefix(upload.key, query_.prefix, query_.delimiter));
    const auto& groups = listing_.common_prefixes;
    if (!group.empty() &&
        (group == query_.after_key || (!groups.empty() && groups.back() == group))) {
      return true;
    }
    if (listing_.uploads.size() + groups.size() >= static_cast<std::size_t>(query_.limit)) {
      listing_.truncated = true;
      return false;
    }
    if (group.empty()) {
      listing_.uploads.push_back(upload);
    } else {
      listing_.common_prefixes.push_back(group);
    }
    listing_.last_key = group.empty() ? upload.key : group;
    listing_.last_id = group.empty() ? upload.id : "";
    return true;
  }

  soci::session& session_;
  const long long bucket_;
  const UploadQuery& query_;
  UploadListing listing_;
};

ObjectFault missing_upload(const std::optional<long long>& bucket) {
  return bucket ? ObjectFault::kNoSuchUpload : ObjectFault::kNoSuchBucket;
}

}  // namespace

ObjectOutcome<Upload> Objects::create_upload(const std::string& bucket, const std::string& key,
                                             const ObjectMeta& meta) {
  const Upload upload{
      .id = random_hex(32), .key = key, .created = impl_->clock.now(), .meta = meta};
  return impl_->write<Upload>(
      [&](soci::session& session, std::vector<std::string>&) -> ObjectOutcome<Upload> {
        const auto id = find_bucket_id(session, bucket);
        if (!id) return std::unexpected(ObjectFault::kNoSuchBucket);
        const std::string column = to_column(key);
        const std::string document = meta_to_column(meta);
        const long long created = to_ms(upload.created);
        session << "INSERT INTO uploads (id, bucket, key, created_ms, meta) "
                   "VALUES (:id, :bucket, :key, :created, :meta)",
            soci::use(upload.id), soci::use(*id), soci::use(column), soci::use(created),
            soci::use(document);
        return upload;
      });
}

ObjectOutcome<Upload> Objects::find_upload(const std::string& bucket, const std::string& key,
                                           const std::string& id) {
  return impl_->read<Upload>([&](soci::session& session) -> ObjectOutcome<Upload> {
    const auto bucket_id = find_bucket_id(session, bucket);
    auto upload = bucket_id ? store::find_upload(session, *bucket_id, key, id) : std::nullopt;
    if (!upload) return std::unexpected(missing_upload(bucket_id));
    return *upload;
  });
}

ObjectOutcome<PartInfo> Objects::put_part(const std::string& bucket, const std::string& key,
                                          const std::string& id, int number, BlobWriter writer,
                                          const std::string& etag, const std::string& checksums) {
  UnclaimedBlob blob = writer.finish();
  const std::string blob_id = blob.id();
  const PartInfo info{.number = number,
                      .bytes = writer.bytes(),
                      .etag = etag,
                      .checksums = checksums,
                      .modified = impl_->clock.now()};
  return impl_->claim<PartInfo>(
      std::span(&blob, 1),
      [&](soci::session& session, std::vector<std::string>& freed) -> ObjectOutcome<PartInfo> {
        const auto bucket_id = find_bucket_id(session, bucket);
        if (!bucket_id || !store::find_upload(session, *bucket_id, key, id)) {
          return std::unexpected(missing_upload(bucket_id));
        }
        const auto present = upload_parts(session, id, number - 1, 1);
        if (!present.empty() && present.front().info.number == number) {
          add_garbage(session, present.front().blob, freed);
          delete_upload_part(session, id, number);
        }
        const auto bytes = static_cast<long long>(info.bytes);
        const long long modified = to_ms(info.modified);
        session << "INSERT INTO upload_parts (upload, number, bytes, etag, checksums, "
                   "modified_ms, blob) VALUES (:upload, :number, :bytes, :etag, :checksums, "
                   ":modified, :blob)",
            soci::use(id), soci::use(number), soci::use(bytes), soci::use(etag),
            soci::use(checksums), soci::use(modified), soci::use(blob_id);
        return info;
      });
}

ObjectOutcome<PartListing> Objects::list_parts(const std::string& bucket, const std::string& key,
                                               const std::string& id, int after, int limit) {
  return impl_->read<PartListing>([&](soci::session& session) -> ObjectOutcome<PartListing> {
    const auto bucket_id = find_bucket_id(session, bucket);
    auto upload = bucket_id ? store::find_upload(session, *bucket_id, key, id) : std::nullopt;
    if (!upload) return std::unexpected(missing_upload(bucket_id));
    PartListing listing{.upload = std::move(*upload), .parts = {}, .truncated = false};
    for (PartRow& part : upload_parts(session, id, after, limit + 1)) {
      listing.parts.push_back(std::move(part.info));
    }
    listing.truncated = listing.parts.size() > static_cast<std::size_t>(limit);
    if (listing.truncated) listing.parts.pop_back();
    return listing;
  });
}

ObjectOutcome<UploadListing> Objects::list_uploads(const std::string& bucket,
                                                   const UploadQuery& query) {
  return impl_->read<UploadListing>([&](soci::session& session) -> ObjectOutcome<UploadListing> {
    const auto bucket_id = find_bucket_id(session, bucket);
    if (!bucket_id) return std::unexpected(ObjectFault::kNoSuchBucket);
    if (query.limit <= 0) return UploadListing{};
    return UploadScan(session, *bucket_id, query).run();
  });
}

ObjectOutcome<void> Objects::abort_upload(const std::string& bucket, const std::string& key,
                                          const std::string& id) {
  return impl_->write<void>(
      [&](soci::session& session, std::vector<std::string>& freed) -> ObjectOutcome<void> {
        const auto bucket_id = find_bucket_id(session, bucket);
        if (!bucket_id || !store::find_upload(session, *bucket_id, key, id)) {
          return std::unexpected(missing_upload(bucket_id));
        }
        delete_upload(session, id, freed);
        return {};
      });
}

}  // namespace sagebrush::store
