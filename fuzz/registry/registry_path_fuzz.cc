// Paths below /v2/ and image references: whatever the bytes, what comes out is a name, a tag or a
// digest, and never a way to another place.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "job/image_reference.h"
#include "service/registry/registry_path.h"
#include "store/image_names.h"

namespace {

using namespace sagebrush;
using service::registry::Resource;

void read_path(const std::string& path) {
  const auto found = service::registry::parse_registry_path(path);
  if (!found.invalid.empty()) return;
  switch (found.resource) {
    case Resource::kBase:
    case Resource::kCatalog:
    case Resource::kUnknown: return;
    case Resource::kBlob:
    case Resource::kReferrers:
      if (!store::is_digest(found.reference)) std::abort();
      break;
    case Resource::kManifest:
      if (!store::is_digest(found.reference) && !store::is_tag(found.reference)) std::abort();
      break;
    default: break;
  }
  if (!store::is_repository_name(found.name)) std::abort();
  if (found.name.find("..") != std::string::npos) std::abort();
}

void read_reference(std::string_view text) {
  const auto found = job::parse_image_reference(text);
  if (!found) return;
  if (!store::is_repository_name(found->repository)) std::abort();
  if (found->tag.empty() && found->digest.empty()) std::abort();
  if (!found->tag.empty() && !store::is_tag(found->tag)) std::abort();
  job::RegistryNames("000000000000", {"localhost:9000"}).owner(found->host);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read_path(text);
  read_path("/v2/" + text);
  read_reference(text);
  return 0;
}
