#pragma once

#include <string>
#include <string_view>

namespace sagebrush::service::registry {

// What a path below /v2/ is about. Names, tags and digests are checked: a path of another form is
// kUnknown, one with a name or reference that cannot be has `invalid` set.
enum class Resource {
  kBase,       // /v2/
  kCatalog,    // /v2/_catalog
  kTags,       // /v2/<name>/tags/list
  kManifest,   // /v2/<name>/manifests/<reference>
  kBlob,       // /v2/<name>/blobs/<digest>
  kUploads,    // /v2/<name>/blobs/uploads/
  kUpload,     // /v2/<name>/blobs/uploads/<id>
  kReferrers,  // /v2/<name>/referrers/<digest>
  kUnknown,
};

struct RegistryPath {
  Resource resource = Resource::kUnknown;
  std::string name = {};          // of the repository
  std::string reference = {};     // tag, digest or upload's id
  std::string_view invalid = {};  // "name", "reference" or "digest": why the path is refused
  bool has_digest() const { return reference.starts_with("sha256:"); }
};

// path: as received, percent-encoded.
RegistryPath parse_registry_path(std::string_view path);

}  // namespace sagebrush::service::registry
