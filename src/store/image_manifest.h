#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sagebrush::store {

inline constexpr std::size_t kLargestManifest = 4 << 20;  // as the specification advises

inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kDockerManifest =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerList =
    "application/vnd.docker.distribution.manifest.list.v2+json";

struct Descriptor {
  std::string media_type;
  std::string digest;
  std::uint64_t bytes = 0;
  bool elsewhere = false;  // a layer that no registry may hand out: it has URLs of its own
  std::string os, architecture, variant;  // of an index's entry; "" when not said
};

// What a registry has to know of a manifest: OCI's and Docker's (schema 2), of one image or of
// several platforms.
struct Manifest {
  std::string media_type;
  bool is_index = false;
  std::optional<Descriptor> config;   // of an image
  std::vector<Descriptor> layers;     // of an image, lowest first
  std::vector<Descriptor> manifests;  // of an index
  std::string subject;                // digest of the manifest that this one is about, or ""
  std::string artifact_type;          // artifactType, else the configuration's media type; or ""
  std::string annotations = "{}";     // JSON object

  std::uint64_t image_bytes() const;  // configuration and layers
};

// Reads a manifest as a client sent it. `content_type` may be "" when the manifest itself says what
// it is. Throws Error{kInvalid} that names the member, Error{kUnsupported} for another media type.
Manifest parse_manifest(std::string_view content_type, std::string_view text);

}  // namespace sagebrush::store
