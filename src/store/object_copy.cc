#include "base/random.h"
#include "store/object_key.h"
#include "store/objects_impl.h"

namespace sagebrush::store {
namespace {

struct Source {
  ObjectRow row;
  std::vector<PartRow> parts;
};

// The same object under new blobs. nullopt when a blob is gone: the object was overwritten
// meanwhile.
std::optional<std::vector<UnclaimedBlob>> link_blobs(Blobs& blobs, Source& source) {
  std::vector<UnclaimedBlob> made;
  const auto link = [&](std::string& id) {
    if (id.empty()) return true;
    auto blob = blobs.link(id);
    if (!blob) return false;
    id = blob->id();
    made.push_back(std::move(*blob));
    return true;
  };
  if (!link(source.row.blob)) return std::nullopt;
  for (PartRow& part : source.parts) {
    if (!link(part.blob)) return std::nullopt;
  }
  return made;
}

}  // namespace

ObjectOutcome<ObjectInfo> Objects::copy(const Copy& copy) {
  const auto find_source = [&](soci::session& session) -> ObjectOutcome<Source> {
    auto row = find_object(session, copy.from_bucket, copy.from_key);
    if (!row) {
      return std::unexpected(find_bucket_id(session, copy.from_bucket)
                                 ? ObjectFault::kNoSuchKey
                                 : ObjectFault::kNoSuchBucket);
    }
    auto parts = row->info.parts > 0 ? object_parts(session, row->id) : std::vector<PartRow>{};
    return Source{std::move(*row), std::move(parts)};
  };
  ObjectOutcome<Source> source;
  std::optional<std::vector<UnclaimedBlob>> blobs;
  for (int attempt = 0; !blobs; ++attempt) {
    if (attempt == kOpenAttempts) {
      throw Error(ErrorKind::kInternal,
                  "the bytes of " + copy.from_bucket + "/" + copy.from_key + " are not on disk");
    }
    source = impl_->read<Source>(find_source);
    if (!source) return std::unexpected(source.error());
    if (source->row.info.etag != copy.source_etag) {
      return std::unexpected(ObjectFault::kPreconditionFailed);
    }
    blobs = link_blobs(impl_->blobs, *source);
  }

  ObjectRow& row = source->row;
  row.id = random_uuid();
  row.info.key = copy.key;
  row.info.modified = impl_->clock.now();
  if (copy.meta) row.info.meta = *copy.meta;
  const Impl::Change change(*impl_, copy.bucket, copy.key);
  return impl_->claim<ObjectInfo>(
      *blobs,
      [&](soci::session& session, std::vector<std::string>& freed) -> ObjectOutcome<ObjectInfo> {
        const auto id = find_bucket_id(session, copy.bucket);
        if (!id) return std::unexpected(ObjectFault::kNoSuchBucket);
        const auto present = find_object(session, *id, copy.key);
        if (const auto fault = broken_condition(copy.condition, present)) {
          return std::unexpected(*fault);
        }
        if (present) delete_object(session, *id, copy.key, freed);
        insert_object(session, *id, row);
        for (const PartRow& part : source->parts) insert_object_part(session, row.id, part);
        return row.info;
      });
}

ObjectOutcome<std::filesystem::path> Objects::materialise(const std::string& bucket,
                                                          const std::string& key) {
  auto opened = open(bucket, key, [](const StoredObject& object) {
    // One that has its file already is not read.
    return Range{0, object.path.empty() ? object.info.bytes : 0};
  });
  if (!opened) return std::unexpected(opened.error());
  const StoredObject& object = opened->object;
  if (!object.path.empty()) return object.path;

  BlobWriter writer = start_blob(object.info.bytes);
  std::vector<std::byte> buffer(1 << 20);
  for (const ObjectPiece& piece : opened->pieces) {
    for (std::uint64_t done = 0; done < piece.length;) {
      const std::size_t n = piece.file->read_at(piece.offset + done, buffer);
      if (n == 0)
        throw Error(ErrorKind::kInternal, "a blob of " + bucket + "/" + key + " is short");
      writer.write(std::span(buffer).first(n));
      done += n;
    }
  }
  UnclaimedBlob blob = writer.finish();
  const std::string id = blob.id();
  auto swapped = impl_->claim<bool>(
      std::span(&blob, 1),
      [&](soci::session& session, std::vector<std::string>& freed) -> ObjectOutcome<bool> {
        const auto row = find_object(session, bucket, key);
        const bool same = row && row->info.etag == object.info.etag && row->blob.empty() &&
                          row->info.modified == object.info.modified;
        if (!same) return std::unexpected(ObjectFault::kPreconditionFailed);
        for (const PartRow& part : object_parts(session, row->id)) {
          add_garbage(session, part.blob, freed);
        }
        const auto bucket_id = find_bucket_id(session, bucket);
        const std::string column = to_column(key);
        session << "UPDATE objects SET blob = :blob WHERE bucket = :bucket AND key = :key",
            soci::use(id), soci::use(*bucket_id), soci::use(column);
        session << "UPDATE object_parts SET blob = '' WHERE object = :id", soci::use(row->id);
        return true;
      });
  if (!swapped) return materialise(bucket, key);  // it was overwritten, or made whole by another
  return impl_->blobs.path(id);
}

}  // namespace sagebrush::store
