#include "server/object_source.h"

#include "base/error.h"
#include "store/objects.h"

namespace sagebrush::server {
namespace {

// The value, or Error{kNotFound}: whatever else a lookup can say does not come of one.
template <typename T>
T found(store::ObjectOutcome<T> outcome, const std::string& bucket, const std::string& key) {
  if (outcome) return std::move(*outcome);
  throw Error(ErrorKind::kNotFound, "s3://" + bucket + "/" + key + " is not there");
}

// Manifests are small: what is larger is no manifest.
constexpr std::uint64_t kLargestManifest = 256ULL * 1024 * 1024;

std::string read_object(store::Objects& objects, const std::string& bucket,
                        const std::string& key) {
  const auto whole = [&](const store::StoredObject& object) {
    if (object.info.bytes > kLargestManifest) {
      throw Error(ErrorKind::kInvalid,
                  "the manifest s3://" + bucket + "/" + key + " is larger than 256 MiB");
    }
    return store::Objects::Range{0, object.info.bytes};
  };
  const auto opened = found(objects.open(bucket, key, whole), bucket, key);
  std::string text(opened.object.info.bytes, '\0');
  std::size_t filled = 0;
  for (const auto& piece : opened.pieces) {
    const std::size_t end = filled + piece.length;
    for (std::uint64_t offset = piece.offset; filled < end;) {
      const auto room = std::as_writable_bytes(std::span(text)).subspan(filled, end - filled);
      const std::size_t n = piece.file->read_at(offset, room);
      if (n == 0)
        throw Error(ErrorKind::kIo, "s3://" + bucket + "/" + key + " is shorter than its row says");
      offset += n;
      filled += n;
    }
  }
  return text;
}

}  // namespace

job::ObjectSource object_source(store::Objects& objects, const job::FileSystems& file_systems) {
  job::ObjectSource source;
  source.list = [&objects](const std::string& bucket, const std::string& prefix) {
    std::vector<job::ListedObject> listed;
    for (auto& file : found(objects.list_all(bucket, prefix), bucket, prefix)) {
      listed.push_back({std::move(file.key), file.bytes, std::move(file.etag), file.path.string()});
    }
    return listed;
  };
  source.read = [&objects](const std::string& bucket, const std::string& key) {
    return read_object(objects, bucket, key);
  };
  source.materialise = [&objects](const std::string& bucket, const std::string& key) {
    return found(objects.materialise(bucket, key), bucket, key).string();
  };
  source.find = [&objects](const std::string& bucket,
                           const std::string& key) -> std::optional<job::ListedObject> {
    const auto object = objects.find(bucket, key);
    if (!object) return std::nullopt;
    return job::ListedObject{object->info.key, object->info.bytes, object->info.etag,
                             object->path.string()};
  };
  source.file_system = [&file_systems](const std::string& id) -> std::optional<job::FileSystem> {
    const auto known = file_systems.find(id);
    if (known == file_systems.end()) return std::nullopt;
    return known->second;
  };
  return source;
}

}  // namespace sagebrush::server
