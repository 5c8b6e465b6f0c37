#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/time.h"

namespace sagebrush::store {

// Ordinary reasons why the object store does not do what it is asked.
enum class ObjectFault {
  kNoSuchBucket,
  kBucketNotEmpty,
  kNoSuchKey,
  kNoSuchUpload,
  kPreconditionFailed,
  kInvalidPart,       // a part that is not there or has another ETag
  kInvalidPartOrder,  // part numbers that do not ascend
  kEntityTooSmall,    // a part but the last below 5 MiB
};

template <typename T>
using ObjectOutcome = std::expected<T, ObjectFault>;

struct Bucket {
  std::string name;
  std::string region;
  Time created;
};

// What a client says of an object beside its bytes. The store reads only what lists show.
struct ObjectMeta {
  std::string document = "{}";  // JSON, the service's own
  std::string storage_class = "STANDARD";
  std::string checksum;  // "CRC32/FULL_OBJECT", or ""
};

struct ObjectInfo {
  std::string key;
  std::uint64_t bytes = 0;
  std::string etag;  // without quotes
  Time modified;
  int parts = 0;  // of a completed multipart upload; 0 for a single body
  ObjectMeta meta;
};

struct PartInfo {
  int number = 0;
  std::uint64_t bytes = 0;
  std::string etag;
  std::string checksums = "{}";  // JSON, the service's own
  Time modified;
};

// A blob, or a piece of it, in the order of the object's bytes.
struct ObjectPiece {
  std::shared_ptr<const File> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct StoredPart {
  PartInfo info;
  std::filesystem::path path;  // "" when the whole object is in one file
};

// An object with the files that hold it. Files may go away when the object is overwritten: read by
// Objects::open.
struct StoredObject {
  ObjectInfo info;
  std::filesystem::path path;     // of the whole object; "" when it is in the parts' files
  std::vector<StoredPart> parts;  // of a completed multipart upload
};

struct ListedFile {
  std::string key;
  std::uint64_t bytes = 0;
  std::string etag;
  std::filesystem::path path;  // "" when the object is in several pieces
};

// Checked in the transaction that writes.
struct WriteCondition {
  std::optional<std::string> if_match;  // ETag, or "*"
  bool if_none_match = false;           // "*": only when there is none
};

struct ListQuery {
  std::string prefix;
  std::string delimiter;
  std::string after;  // exclusive: a key or a common prefix
  int limit = 1000;   // of keys and common prefixes together
};

struct ObjectListing {
  std::vector<ObjectInfo> objects;           // without meta.document
  std::vector<std::string> common_prefixes;  // in order; merge with objects by bytes
  bool truncated = false;
  std::string last;  // the greatest of both: the next page's `after`
};

struct Upload {
  std::string id;
  std::string key;
  Time created;
  ObjectMeta meta;
};

struct UploadQuery {
  std::string prefix;
  std::string delimiter;
  std::string after_key;
  std::string after_id;  // "": all uploads of after_key are skipped
  int limit = 1000;
};

struct UploadListing {
  std::vector<Upload> uploads;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string last_key;
  std::string last_id;
};

struct PartListing {
  Upload upload;
  std::vector<PartInfo> parts;
  bool truncated = false;
};

struct CompletedPart {
  int number = 0;
  std::string etag;
};

}  // namespace sagebrush::store
