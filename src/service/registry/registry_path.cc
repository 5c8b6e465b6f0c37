#include "service/registry/registry_path.h"

#include <vector>

#include "base/text.h"
#include "store/image_names.h"

namespace sagebrush::service::registry {
namespace {

std::string join(const std::vector<std::string_view>& parts, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += '/';
    text += parts[i];
  }
  return text;
}

RegistryPath named(Resource resource, std::string name, std::string_view reference) {
  RegistryPath path{
      .resource = resource, .name = std::move(name), .reference = std::string(reference)};
  if (!store::is_repository_name(path.name)) path.invalid = "name";
  return path;
}

RegistryPath with_digest(Resource resource, std::string name, std::string_view digest) {
  RegistryPath path = named(resource, std::move(name), digest);
  if (path.invalid.empty() && !store::is_digest(digest)) path.invalid = "digest";
  return path;
}

RegistryPath manifest(std::string name, std::string_view reference) {
  RegistryPath path = named(Resource::kManifest, std::move(name), reference);
  const bool digest = reference.find(':') != std::string_view::npos;
  if (path.invalid.empty() && digest && !store::is_digest(reference)) path.invalid = "digest";
  if (path.invalid.empty() && !digest && !store::is_tag(reference)) path.invalid = "reference";
  return path;
}

}  // namespace

// Read from the end: "manifests" or "blobs" may be parts of a repository's name.
RegistryPath parse_registry_path(std::string_view raw) {
  const auto decoded = uri_decode(raw);
  if (!decoded) return {};
  const std::string_view path = *decoded;
  if (path == "/v2" || path == "/v2/") return {.resource = Resource::kBase};
  if (!path.starts_with("/v2/")) return {};
  const auto parts = split(path.substr(4), '/');
  const std::size_t n = parts.size();
  if (n == 1 && parts[0] == "_catalog") return {.resource = Resource::kCatalog};
  if (n >= 4 && parts[n - 3] == "blobs" && parts[n - 2] == "uploads") {
    return parts[n - 1].empty() ? named(Resource::kUploads, join(parts, n - 3), "")
                                : named(Resource::kUpload, join(parts, n - 3), parts[n - 1]);
  }
  if (n < 3) return {};
  if (parts[n - 2] == "blobs" && parts[n - 1] == "uploads") {
    return named(Resource::kUploads, join(parts, n - 2), "");
  }
  if (parts[n - 2] == "tags" && parts[n - 1] == "list") {
    return named(Resource::kTags, join(parts, n - 2), "");
  }
  if (parts[n - 2] == "manifests") return manifest(join(parts, n - 2), parts[n - 1]);
  if (parts[n - 2] == "blobs") {
    return with_digest(Resource::kBlob, join(parts, n - 2), parts[n - 1]);
  }
  if (parts[n - 2] == "referrers") {
    return with_digest(Resource::kReferrers, join(parts, n - 2), parts[n - 1]);
  }
  return {};
}

}  // namespace sagebrush::service::registry
