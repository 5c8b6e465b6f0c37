#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/time.h"
#include "store/image_manifest.h"

namespace sagebrush::store {

// Ordinary reasons why the registry does not do what it is asked. `what`: the digest, tag or name
// that it is about, where there are several.
enum class ImageFault {
  kNoSuchRepository,
  kRepositoryExists,
  kRepositoryNotEmpty,
  kNoSuchImage,
  kNoSuchBlob,      // not in this repository
  kNoSuchUpload,    // never begun, finished, or gone after a day
  kUploadBusy,      // another request writes it just now
  kDigestMismatch,  // what came has another digest; it is dropped. what: the digest it has
  kMissingBlob,     // a manifest names it
  kMissingManifest,
  kWrongSize,     // a manifest says another size than the blob has
  kTagMismatch,   // the tag means another image than the digest that came with it
  kTagImmutable,  // it means another image and the repository is immutable
  kReferenced,    // an index of the repository names the image, or an image the blob. what: that
};

struct ImageProblem {
  ImageFault fault;
  std::string what;
};

template <typename T>
using ImageOutcome = std::expected<T, ImageProblem>;

struct Repository {
  std::string name;
  std::string region = {};  // where it was created: part of its ARN, else without meaning
  Time created = {};
  bool immutable_tags = false;
  // Tags that match one of these ('*' for anything) are not as immutable_tags has it.
  std::vector<std::string> tag_exclusions = {};
  std::string settings = "{}";        // JSON, the service's own
  std::string lifecycle_policy = {};  // as given; "" for none
  std::string preview_policy = {};    // the lifecycle policy last previewed; "" for none
  std::string access_policy = {};     // as given; "" for none
};

struct ImageBlob {
  std::string digest;
  std::uint64_t bytes = 0;
};

// A blob and its file, which nobody changes and whose bytes stay readable while it is open.
struct OpenBlob {
  std::uint64_t bytes = 0;
  File file;
};

struct ImageInfo {
  std::string digest;
  std::string media_type;
  std::string artifact_type;
  std::string subject;
  std::string annotations = "{}";
  std::uint64_t manifest_bytes = 0;
  std::uint64_t image_bytes = 0;  // of an index 0
  bool is_index = false;
  bool referenced = false;  // by an index or as part of what has a subject
  Time pushed;
  std::optional<Time> pulled;
  std::vector<std::string> tags;  // sorted
};

struct StoredImage {
  ImageInfo info;
  std::string content;  // the manifest, byte for byte
};

// A tag or a digest.
struct ImageId {
  std::string tag = {};     // "" when it is not to decide
  std::string digest = {};  // likewise; with both, the tag must mean this digest
};

struct PushedImage {
  std::string digest;
  std::string subject;        // of the manifest, or ""
  bool there_before = false;  // same digest, and the tag meant it already
};

}  // namespace sagebrush::store
