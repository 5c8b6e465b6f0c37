#include <algorithm>
#include <map>

#include "base/hash.h"
#include "base/text.h"
#include "store/object_key.h"
#include "store/objects_impl.h"

namespace sagebrush::store {
namespace {

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html; the last part may be smaller.
constexpr std::uint64_t kSmallestPart = 5 << 20;

using Parts = std::vector<PartRow>;

// The stored parts that the request names, or what is wrong with it.
ObjectOutcome<Parts> choose_parts(soci::session& session, const std::string& upload,
                                  const std::vector<CompletedPart>& wanted) {
  for (std::size_t i = 1; i < wanted.size(); ++i) {
    if (wanted[i].number <= wanted[i - 1].number) {
      return std::unexpected(ObjectFault::kInvalidPartOrder);
    }
  }
  std::map<int, PartRow> present;
  for (PartRow& part : upload_parts(session, upload, 0, 0)) {
    const int number = part.info.number;
    present.emplace(number, std::move(part));
  }
  Parts parts;
  for (const CompletedPart& part : wanted) {
    const auto found = present.find(part.number);
    if (found == present.end() || found->second.info.etag != part.etag) {
      return std::unexpected(ObjectFault::kInvalidPart);
    }
    parts.push_back(found->second);
  }
  if (parts.empty()) return std::unexpected(ObjectFault::kInvalidPart);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].info.bytes < kSmallestPart) return std::unexpected(ObjectFault::kEntityTooSmall);
  }
  return parts;
}

// MD5 of the parts' MD5s, "-", their number.
std::string multipart_etag(const Parts& parts) {
  Hasher md5(HashKind::kMd5);
  for (const PartRow& part : parts) md5.update(from_hex(part.info.etag).value_or(part.info.etag));
  return to_hex(md5.finish()) + "-" + std::to_string(parts.size());
}

std::string request_digest(const std::vector<CompletedPart>& parts) {
  std::string text;
  for (const CompletedPart& part : parts) text += std::to_string(part.number) + part.etag + "\n";
  return sha256_hex(text);
}

// The answer of the call before, when this one repeats it.
ObjectOutcome<ObjectInfo> repeated(soci::session& session, long long bucket, const std::string& key,
                                   const std::string& upload, const std::string& digest) {
  std::string etag;
  const std::string column = to_column(key);
  session << "SELECT etag FROM completed_uploads WHERE id = :id AND bucket = :bucket "
             "AND key = :key AND request = :request",
      soci::use(upload), soci::use(bucket), soci::use(column), soci::use(digest), soci::into(etag);
  if (!session.got_data()) return std::unexpected(ObjectFault::kNoSuchUpload);
  auto row = find_object(session, bucket, key);
  if (row && row->info.etag == etag) return std::move(row->info);
  ObjectInfo info;  // overwritten since
  info.key = key;
  info.etag = etag;
  return info;
}

ObjectRow object_row(const Upload& upload, const Parts& parts, ObjectMeta meta, Time modified) {
  ObjectRow row;
  row.id = upload.id;
  row.info.key = upload.key;
  row.info.etag = multipart_etag(parts);
  row.info.modified = modified;
  row.info.parts = static_cast<int>(parts.size());
  row.info.meta = std::move(meta);
  for (const PartRow& part : parts) row.info.bytes += part.info.bytes;
  if (parts.size() == 1) row.blob = parts.front().blob;
  return row;
}

// The object's rows in place of the upload's. The blobs of parts that were not chosen go to the
// garbage.
void replace_rows(soci::session& session, long long bucket, const ObjectRow& row, Parts parts,
                  std::vector<std::string>& freed) {
  delete_object(session, bucket, row.info.key, freed);
  for (const PartRow& part : parts) delete_upload_part(session, row.id, part.info.number);
  delete_upload(session, row.id, freed);
  insert_object(session, bucket, row);
  for (PartRow& part : parts) {
    if (!row.blob.empty()) part.blob.clear();
    insert_object_part(session, row.id, part);
  }
}

}  // namespace

ObjectOutcome<ObjectInfo> Objects::complete_upload(const std::string& bucket,
                                                   const std::string& key, const std::string& id,
                                                   const std::vector<CompletedPart>& parts,
                                                   const Settle& settle,
                                                   const WriteCondition& condition) {
  const std::string digest = request_digest(parts);
  const Time modified = impl_->clock.now();
  const Impl::Change change(*impl_, bucket, key);
  return impl_->write<ObjectInfo>(
      [&](soci::session& session, std::vector<std::string>& freed) -> ObjectOutcome<ObjectInfo> {
        const auto bucket_id = find_bucket_id(session, bucket);
        if (!bucket_id) return std::unexpected(ObjectFault::kNoSuchBucket);
        const auto upload = store::find_upload(session, *bucket_id, key, id);
        if (!upload) return repeated(session, *bucket_id, key, id, digest);
        const auto chosen = choose_parts(session, id, parts);
        if (!chosen) return std::unexpected(chosen.error());
        const auto present = find_object(session, *bucket_id, key);
        if (const auto fault = broken_condition(condition, present)) return std::unexpected(*fault);

        std::vector<PartInfo> infos;
        for (const PartRow& part : *chosen) infos.push_back(part.info);
        const ObjectRow row = object_row(*upload, *chosen, settle(*upload, infos), modified);
        replace_rows(session, *bucket_id, row, *chosen, freed);
        const std::string column = to_column(key);
        const long long done = to_ms(modified);
        session << "INSERT INTO completed_uploads (id, bucket, key, etag, request, done_ms) "
                   "VALUES (:id, :bucket, :key, :etag, :request, :done)",
            soci::use(id), soci::use(*bucket_id), soci::use(column), soci::use(row.info.etag),
            soci::use(digest), soci::use(done);
        return row.info;
      });
}

}  // namespace sagebrush::store
