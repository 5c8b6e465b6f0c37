// Manifests and lifecycle policies as a client sends them: read, or refused with the reason; what
// is read has only digests that are digests.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "store/image_lifecycle.h"
#include "store/image_manifest.h"
#include "store/image_names.h"

namespace {

using namespace sagebrush;

void check(const store::Descriptor& descriptor) {
  if (!store::is_digest(descriptor.digest)) std::abort();
}

void read_manifest(std::string_view type, std::string_view text) {
  try {
    const auto manifest = store::parse_manifest(type, text);
    if (manifest.is_index == manifest.config.has_value()) std::abort();
    if (manifest.config) check(*manifest.config);
    for (const auto& layer : manifest.layers) check(layer);
    for (const auto& child : manifest.manifests) check(child);
    if (!manifest.subject.empty() && !store::is_digest(manifest.subject)) std::abort();
  } catch (const Error&) {
  }
}

void read_policy(std::string_view text) {
  try {
    store::expired_images(store::parse_lifecycle_policy(text), {}, from_ms(0));
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_manifest("", text);
  read_manifest(store::kOciManifest, text);
  read_manifest(store::kDockerList, text);
  read_policy(text);
  return 0;
}
