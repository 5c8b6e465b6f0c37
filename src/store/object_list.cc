#include "store/object_key.h"
#include "store/objects_impl.h"

namespace sagebrush::store {
namespace {

// So many keys of one common prefix are stepped over before the rest of them is jumped over.
constexpr int kStepsBeforeJump = 16;

// Reads a bucket's rows in key order, from any place on.
class KeyCursor {
 public:
  KeyCursor(soci::session& session, long long bucket, const std::string& end, int page)
      : bucket_(bucket), end_(to_column(end)), page_(page), statement_(session) {
    statement_.exchange(soci::into(key_));
    statement_.exchange(soci::into(bytes_));
    statement_.exchange(soci::into(row_.etag));
    statement_.exchange(soci::into(modified_));
    statement_.exchange(soci::into(row_.meta.storage_class));
    statement_.exchange(soci::into(row_.meta.checksum));
    statement_.exchange(soci::into(row_.parts));
    statement_.exchange(soci::into(blob_));
    statement_.exchange(soci::use(bucket_));
    statement_.exchange(soci::use(from_));
    if (!end_.empty()) statement_.exchange(soci::use(end_));
    statement_.exchange(soci::use(page_));
    statement_.alloc();
    statement_.prepare(std::string("SELECT key, bytes, etag, modified_ms, class, checksum, parts, "
                                   "blob FROM objects WHERE bucket = :bucket AND key >= :from ") +
                       (end_.empty() ? "" : "AND key < :end ") + "ORDER BY key LIMIT :page");
    statement_.define_and_bind();
  }

  void seek(const std::string& from) {
    from_ = to_column(from);
    statement_.execute();
    left_ = page_;
  }

  // False at the end.
  bool next() {
    if (left_ == 0) seek(row_.key + '\0');
    if (!statement_.fetch()) return false;
    --left_;
    row_.key = from_column(key_);
    row_.bytes = static_cast<std::uint64_t>(bytes_);
    row_.modified = from_ms(modified_);
    return true;
  }

  const ObjectInfo& row() const { return row_; }
  const std::string& blob() const { return blob_; }

 private:
  const long long bucket_;
  const std::string end_;
  const int page_;
  soci::statement statement_;
  std::string from_, key_, blob_;
  long long bytes_ = 0;
  long long modified_ = 0;
  ObjectInfo row_;
  int left_ = 0;
};

class ListScan {
 public:
  ListScan(const ListQuery& query, KeyCursor& cursor) : query_(query), cursor_(cursor) {}

  ObjectListing run() {
    if (query_.limit <= 0) return {};
    const bool resumes = query_.after >= query_.prefix && !query_.after.empty();
    cursor_.seek(resumes ? query_.after + '\0' : query_.prefix);
    bool more = cursor_.next();
    while (more && !listing_.truncated) {
      const std::string_view group =
          common_prefix(cursor_.row().key, query_.prefix, query_.delimiter);
      more = group.empty() ? take_object() : take_group(std::string(group));
    }
    return std::move(listing_);
  }

 private:
  bool full() {
    const std::size_t taken = listing_.objects.size() + listing_.common_prefixes.size();
    listing_.truncated = taken >= static_cast<std::size_t>(query_.limit);
    return listing_.truncated;
  }

  bool take_object() {
    if (full()) return false;
    listing_.objects.push_back(cursor_.row());
    listing_.last = cursor_.row().key;
    return cursor_.next();
  }

  // Notes the group unless the page before ended with it, and goes to the first key behind it.
  bool take_group(const std::string& group) {
    if (group != query_.after) {
      if (full()) return false;
      listing_.common_prefixes.push_back(group);
      listing_.last = group;
    }
    for (int step = 0; step < kStepsBeforeJump; ++step) {
      if (!cursor_.next()) return false;
      if (!cursor_.row().key.starts_with(group)) return true;
    }
    const std::string behind = after_all_with(group);
    if (behind.empty()) return false;
    cursor_.seek(behind);
    return cursor_.next();
  }

  const ListQuery& query_;
  KeyCursor& cursor_;
  ObjectListing listing_;
};

}  // namespace

ObjectOutcome<ObjectListing> Objects::list(const std::string& bucket, const ListQuery& query) {
  return impl_->read<ObjectListing>([&](soci::session& session) -> ObjectOutcome<ObjectListing> {
    const auto id = find_bucket_id(session, bucket);
    if (!id) return std::unexpected(ObjectFault::kNoSuchBucket);
    KeyCursor cursor(session, *id, after_all_with(query.prefix), query.limit + 1);
    return ListScan(query, cursor).run();
  });
}

ObjectOutcome<std::vector<ListedFile>> Objects::list_all(const std::string& bucket,
                                                         const std::string& prefix) {
  using Files = std::vector<ListedFile>;
  return impl_->read<Files>([&](soci::session& session) -> ObjectOutcome<Files> {
    const auto id = find_bucket_id(session, bucket);
    if (!id) return std::unexpected(ObjectFault::kNoSuchBucket);
    Files files;
    KeyCursor cursor(session, *id, after_all_with(prefix), 10'000);
    cursor.seek(prefix);
    while (cursor.next()) {
      const auto path =
          cursor.blob().empty() ? std::filesystem::path() : impl_->blobs.path(cursor.blob());
      files.push_back({cursor.row().key, cursor.row().bytes, cursor.row().etag, path});
    }
    return files;
  });
}

}  // namespace sagebrush::store
