#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/blobs.h"
#include "store/object_types.h"

namespace sagebrush {
class Clock;
}

namespace sagebrush::store {

class Database;

struct ObjectsOptions {
  // How long a blob stays after its object is gone, for those who were just told its path.
  std::chrono::milliseconds garbage_grace{10'000};
  std::uint64_t reserve_bytes = 64 << 20;  // of the disk, kept free
};

// Buckets, objects and multipart uploads: rows in the database, bytes in immutable files under
// DATA/blobs. A row is committed only when its bytes are durable. All methods block and may be
// called from any thread. Throws Error{kLimitExceeded} when the disk is full. Keys, prefixes and
// delimiters must be valid UTF-8.
class Objects {
 public:
  Objects(Database& database, const std::filesystem::path& data_dir, const Clock& clock,
          ObjectsOptions options = {});
  ~Objects();

  // --- buckets.cc
  bool create_bucket(const std::string& name, const std::string& region);  // false: it is there
  std::optional<Bucket> find_bucket(const std::string& name);
  std::vector<Bucket> list_buckets();                          // by name
  ObjectOutcome<void> delete_bucket(const std::string& name);  // ends its open uploads

  // --- objects.cc
  BlobWriter start_blob(std::optional<std::uint64_t> expected_bytes);
  // `etag`: without quotes, of the bytes written.
  ObjectOutcome<ObjectInfo> put(const std::string& bucket, const std::string& key, BlobWriter blob,
                                const std::string& etag, const ObjectMeta& meta,
                                const WriteCondition& condition = {});
  ObjectOutcome<ObjectInfo> head(const std::string& bucket, const std::string& key);
  ObjectOutcome<StoredObject> find(const std::string& bucket, const std::string& key);
  // Which bytes of the object: first and length.
  using Range = std::pair<std::uint64_t, std::uint64_t>;
  using Choose = std::function<Range(const StoredObject&)>;
  struct Opened {
    StoredObject object;
    std::vector<ObjectPiece> pieces;
  };
  // Finds the object, lets `choose` say which of its bytes are wanted (it may throw), opens the
  // files that hold them.
  ObjectOutcome<Opened> open(const std::string& bucket, const std::string& key,
                             const Choose& choose);
  // True when open() of this object waits for nothing: a small one that was read a moment ago.
  bool read_lately(const std::string& bucket, const std::string& key) const;

  // Fine when it is gone, unless the condition asks for it.
  ObjectOutcome<void> remove(const std::string& bucket, const std::string& key,
                             const WriteCondition& condition = {});
  ObjectOutcome<void> remove(const std::string& bucket, const std::vector<std::string>& keys);

  // --- object_copy.cc
  // Shares the bytes. Fails with kPreconditionFailed when the source's ETag is not `source_etag`
  // any more.
  struct Copy {
    std::string from_bucket, from_key, source_etag;
    std::string bucket, key;
    std::optional<ObjectMeta> meta;  // the source's when absent
    WriteCondition condition;
  };
  ObjectOutcome<ObjectInfo> copy(const Copy& copy);
  // Puts an object's pieces together in one file, so that it has a path. Slow for a large one,
  // once.
  ObjectOutcome<std::filesystem::path> materialise(const std::string& bucket,
                                                   const std::string& key);

  // --- object_list.cc
  ObjectOutcome<ObjectListing> list(const std::string& bucket, const ListQuery& query);
  ObjectOutcome<std::vector<ListedFile>> list_all(const std::string& bucket,
                                                  const std::string& prefix);

  // --- multipart.cc
  ObjectOutcome<Upload> create_upload(const std::string& bucket, const std::string& key,
                                      const ObjectMeta& meta);
  ObjectOutcome<Upload> find_upload(const std::string& bucket, const std::string& key,
                                    const std::string& id);
  ObjectOutcome<PartInfo> put_part(const std::string& bucket, const std::string& key,
                                   const std::string& id, int number, BlobWriter blob,
                                   const std::string& etag, const std::string& checksums);
  ObjectOutcome<PartListing> list_parts(const std::string& bucket, const std::string& key,
                                        const std::string& id, int after, int limit);
  ObjectOutcome<UploadListing> list_uploads(const std::string& bucket, const UploadQuery& query);
  ObjectOutcome<void> abort_upload(const std::string& bucket, const std::string& key,
                                   const std::string& id);

  // --- multipart_complete.cc
  // Makes the object of the parts named, in one transaction, without copying. `settle` gets those
  // parts as they are stored and answers the object's meta; it may throw. A repeated call with the
  // same parts answers the same for a day.
  using Settle = std::function<ObjectMeta(const Upload&, const std::vector<PartInfo>&)>;
  ObjectOutcome<ObjectInfo> complete_upload(const std::string& bucket, const std::string& key,
                                            const std::string& id,
                                            const std::vector<CompletedPart>& parts,
                                            const Settle& settle,
                                            const WriteCondition& condition = {});

  // Returns when all garbage whose grace is over is off the disk. For tests and shutdown.
  void collect_garbage();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sagebrush::store
