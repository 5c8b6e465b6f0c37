#include "store/objects.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <deque>

#include "base/random.h"
#include "store/objects_impl.h"

namespace sagebrush::store {
namespace {

// An object that is overwritten again and again while it is read is found anew this often.

StoredObject stored(const Blobs& blobs, soci::session& session, ObjectRow row) {
  StoredObject object{.info = std::move(row.info), .path = {}, .parts = {}};
  if (!row.blob.empty()) object.path = blobs.path(row.blob);
  if (object.info.parts == 0) return object;
  for (PartRow& part : object_parts(session, row.id)) {
    const auto path = part.blob.empty() ? std::filesystem::path() : blobs.path(part.blob);
    object.parts.push_back({std::move(part.info), path});
  }
  return object;
}

// nullopt when a file is gone.
std::optional<std::vector<ObjectPiece>> open_pieces(const StoredObject& object, std::uint64_t first,
                                                    std::uint64_t length) {
  std::vector<ObjectPiece> pieces;
  const auto add = [&](const std::filesystem::path& path, std::uint64_t from, std::uint64_t count) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) return false;
    if (fd < 0) throw_errno("open " + path.string());
    pieces.push_back({std::make_shared<const File>(fd), from, count});
    return true;
  };
  if (length == 0) return pieces;
  if (!object.path.empty()) {
    if (!add(object.path, first, length)) return std::nullopt;
    return pieces;
  }
  std::uint64_t start = 0;
  for (const StoredPart& part : object.parts) {
    const std::uint64_t end = start + part.info.bytes;
    const std::uint64_t from = std::max(first, start);
    const std::uint64_t to = std::min(first + length, end);
    if (from < to && !add(part.path, from - start, to - from)) return std::nullopt;
    start = end;
  }
  return pieces;
}

}  // namespace

Objects::Objects(Database& database, const std::filesystem::path& data_dir, const Clock& clock,
                 ObjectsOptions options)
    : impl_(std::make_unique<Impl>(database, data_dir, clock, options)) {}

Objects::~Objects() = default;

BlobWriter Objects::start_blob(std::optional<std::uint64_t> expected_bytes) {
  return BlobWriter(impl_->blobs, expected_bytes);
}

ObjectOutcome<ObjectInfo> Objects::put(const std::string& bucket, const std::string& key,
                                       BlobWriter writer, const std::string& etag,
                                       const ObjectMeta& meta, const WriteCondition& condition) {
  UnclaimedBlob blob = writer.finish();
  ObjectRow row{.info = {.key = key,
                         .bytes = writer.bytes(),
                         .etag = etag,
                         .modified = impl_->clock.now(),
                         .parts = 0,
                         .meta = meta},
                .id = random_uuid(),
                .blob = blob.id()};
  const Impl::Change change(*impl_, bucket, key);
  return impl_->claim<ObjectInfo>(
      std::span(&blob, 1),
      [&](soci::session& session, std::vector<std::string>& freed) -> ObjectOutcome<ObjectInfo> {
        const auto id = find_bucket_id(session, bucket);
        if (!id) return std::unexpected(ObjectFault::kNoSuchBucket);
        const auto present = find_object(session, *id, key);
        if (const auto fault = broken_condition(condition, present)) return std::unexpected(*fault);
        if (present) delete_object(session, *id, key, freed);
        insert_object(session, *id, row);
        return row.info;
      });
}

ObjectOutcome<ObjectInfo> Objects::head(const std::string& bucket, const std::string& key) {
  return impl_->read<ObjectInfo>([&](soci::session& session) -> ObjectOutcome<ObjectInfo> {
    auto row = find_object(session, bucket, key);
    if (row) return std::move(row->info);
    return std::unexpected(find_bucket_id(session, bucket) ? ObjectFault::kNoSuchKey
                                                           : ObjectFault::kNoSuchBucket);
  });
}

ObjectOutcome<StoredObject> Objects::find(const std::string& bucket, const std::string& key) {
  return impl_->read<StoredObject>([&](soci::session& session) -> ObjectOutcome<StoredObject> {
    auto row = find_object(session, bucket, key);
    if (row) return stored(impl_->blobs, session, std::move(*row));
    return std::unexpected(find_bucket_id(session, bucket) ? ObjectFault::kNoSuchKey
                                                           : ObjectFault::kNoSuchBucket);
  });
}

ObjectOutcome<Objects::Opened> Objects::open(const std::string& bucket, const std::string& key,
                                             const Choose& choose) {
  if (const auto recent = impl_->recent.find(bucket, key)) {
    const auto [first, length] = choose(recent->object);
    Opened opened{recent->object, {}};
    if (length > 0) opened.pieces.push_back({recent->file, first, length});
    return opened;
  }
  for (int attempt = 0; attempt < kOpenAttempts; ++attempt) {
    const auto moment = impl_->recent.now(bucket, key);
    auto object = find(bucket, key);
    if (!object) return std::unexpected(object.error());
    const auto [first, length] = choose(*object);
    auto pieces = open_pieces(*object, first, length);
    if (!pieces) continue;
    const bool small = object->info.bytes <= RecentObjects::kLargestBytes;
    if (small && !object->path.empty() && !pieces->empty()) {
      impl_->recent.keep(bucket, key, moment,
                         std::make_shared<const RecentObjects::Entry>(
                             RecentObjects::Entry{*object, pieces->front().file}));
    }
    return Opened{std::move(*object), std::move(*pieces)};
  }
  throw Error(ErrorKind::kInternal, "the bytes of " + bucket + "/" + key + " are not on disk");
}

bool Objects::read_lately(const std::string& bucket, const std::string& key) const {
  return impl_->recent.find(bucket, key) != nullptr;
}

ObjectOutcome<void> Objects::remove(const std::string& bucket, const std::string& key,
                                    const WriteCondition& condition) {
  const Impl::Change change(*impl_, bucket, key);
  return impl_->write<void>(
      [&](soci::session& session, std::vector<std::string>& freed) -> ObjectOutcome<void> {
        const auto id = find_bucket_id(session, bucket);
        if (!id) return std::unexpected(ObjectFault::kNoSuchBucket);
        if (condition.if_match) {
          const auto fault = broken_condition(condition, find_object(session, *id, key));
          if (fault) return std::unexpected(*fault);
        }
        delete_object(session, *id, key, freed);
        return {};
      });
}

ObjectOutcome<void> Objects::remove(const std::string& bucket,
                                    const std::vector<std::string>& keys) {
  std::deque<Impl::Change> changes;
  for (const std::string& key : keys) changes.emplace_back(*impl_, bucket, key);
  return impl_->write<void>(
      [&](soci::session& session, std::vector<std::string>& freed) -> ObjectOutcome<void> {
        const auto id = find_bucket_id(session, bucket);
        if (!id) return std::unexpected(ObjectFault::kNoSuchBucket);
        for (const std::string& key : keys) delete_object(session, *id, key, freed);
        return {};
      });
}

void Objects::collect_garbage() {
  impl_->garbage.wait_until_collected();
}

}  // namespace sagebrush::store
