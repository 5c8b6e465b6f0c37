#include "base/hash.h"
#include "service/registry/registry_call.h"
#include "store/image_manifest.h"

namespace sagebrush::service::registry {
namespace {

store::ImageId id_of(const RegistryPath& path) {
  return path.has_digest() ? store::ImageId{.tag = "", .digest = path.reference}
                           : store::ImageId{.tag = path.reference, .digest = ""};
}

http::Response store_manifest(const RegistryCall& call, const std::string& content) {
  const std::string digest = "sha256:" + sha256_hex(content);
  if (call.path.has_digest() && call.path.reference != digest) {
    call.fail({store::ImageFault::kDigestMismatch, digest});
  }
  const auto manifest = store::parse_manifest(call.request->headers.get("Content-Type"), content);
  const std::string tag = call.path.has_digest() ? "" : call.path.reference;
  const auto pushed =
      call.value_of(call.house.images.put_image(call.path.name, manifest, content, tag));
  http::Response response;
  response.status = 201;
  response.headers.set("Location", "/v2/" + call.path.name + "/manifests/" + pushed.digest);
  response.headers.set("Docker-Content-Digest", pushed.digest);
  if (!pushed.subject.empty()) response.headers.set("OCI-Subject", pushed.subject);
  return response;
}

class ManifestReceiver : public http::Receiver {
 public:
  explicit ManifestReceiver(RegistryCall call) : call_(std::move(call)) {}

  void write(std::span<const std::byte> piece) override {
    if (content_.size() + piece.size() > store::kLargestManifest) {
      throw RegistryError("MANIFEST_INVALID", 413, "A manifest has 4 MiB at most");
    }
    content_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }

  http::Response finish() override { return store_manifest(call_, content_); }

 private:
  RegistryCall call_;
  std::string content_;
};

}  // namespace

http::Response read_manifest(const RegistryCall& call) {
  const bool pull = call.request->method == "GET";
  auto image = call.value_of(call.house.images.find_image(call.path.name, id_of(call.path), pull));
  const std::string etag = "\"" + image.info.digest + "\"";
  http::Response response = json_response(200, std::move(image.content), image.info.media_type);
  response.headers.set("Docker-Content-Digest", image.info.digest);
  response.headers.set("ETag", etag);
  if (call.request->headers.get("If-None-Match") == etag) {
    response.status = 304;
    response.body = std::string();
  }
  return response;
}

Answer begin_manifest(const RegistryCall& call) {
  if (call.request->content_length.value_or(0) > store::kLargestManifest) {
    throw RegistryError("MANIFEST_INVALID", 413, "A manifest has 4 MiB at most");
  }
  return std::make_unique<ManifestReceiver>(call);
}

// By tag only the tag goes, by digest the image.
http::Response delete_manifest(const RegistryCall& call) {
  call.value_of(call.house.images.delete_image(call.path.name, id_of(call.path), true));
  http::Response response;
  response.status = 202;
  return response;
}

}  // namespace sagebrush::service::registry
