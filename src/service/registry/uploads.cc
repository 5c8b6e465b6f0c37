#include "base/log.h"
#include "base/text.h"
#include "service/registry/registry_call.h"
#include "store/image_names.h"

namespace sagebrush::service::registry {
namespace {

using store::Images;

std::string upload_path(const RegistryCall& call, const std::string& id) {
  return "/v2/" + call.path.name + "/blobs/uploads/" + id;
}

// "0-9" after ten bytes; "0-0" also when there is none, as docker's registry says it.
std::string range_of(std::uint64_t bytes) {
  return "0-" + std::to_string(bytes == 0 ? 0 : bytes - 1);
}

http::Response upload_response(const RegistryCall& call, int status, const std::string& id,
                               std::uint64_t bytes) {
  http::Response response;
  response.status = status;
  response.headers.set("Location", upload_path(call, id));
  response.headers.set("Docker-Upload-UUID", id);
  response.headers.set("Range", range_of(bytes));
  return response;
}

http::Response created(const RegistryCall& call, const std::string& digest) {
  http::Response response;
  response.status = 201;
  response.headers.set("Location", "/v2/" + call.path.name + "/blobs/" + digest);
  response.headers.set("Docker-Content-Digest", digest);
  return response;
}

std::string required_digest(const RegistryCall& call) {
  const std::string digest = call.query_value("digest");
  if (!store::is_digest(digest)) {
    throw RegistryError(
        "DIGEST_INVALID", 400,
        "?digest= must be sha256: and 64 hexadecimal digits, not \"" + digest + "\"");
  }
  return digest;
}

http::Response finish(const RegistryCall& call, Images::Upload upload, const std::string& digest) {
  const auto blob = upload.finish(digest);
  if (!blob) throw_problem(blob.error(), call.house.account, call.path.name, digest);
  return created(call, digest);
}

// A body that goes into an upload. What has come stays when the connection breaks.
class UploadReceiver : public http::Receiver {
 public:
  UploadReceiver(RegistryCall call, Images::Upload upload, std::string digest)
      : call_(std::move(call)), upload_(std::move(upload)), digest_(std::move(digest)) {}

  void write(std::span<const std::byte> piece) override { upload_.write(piece); }

  http::Response finish() override {
    if (digest_.empty()) return upload_response(call_, 202, upload_.id(), upload_.bytes());
    return registry::finish(call_, std::move(upload_), digest_);
  }

 private:
  RegistryCall call_;
  Images::Upload upload_;
  std::string digest_;  // "" while more is to come
};

struct Chunk {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

// Content-Range of a chunk: "0-99", by the specification; "bytes 0-99/*" is understood too.
Chunk parse_chunk(std::string_view header) {
  std::string_view text = header;
  if (text.starts_with("bytes ")) text.remove_prefix(6);
  text = text.substr(0, text.find('/'));
  const auto dash = text.find('-');
  const auto first = parse_unsigned(text.substr(0, dash));
  const auto last =
      dash == std::string_view::npos ? std::nullopt : parse_unsigned(text.substr(dash + 1));
  if (!first || !last || *last < *first) {
    throw RegistryError("BLOB_UPLOAD_INVALID", 400,
                        "Content-Range must be first-last, not \"" + std::string(header) + "\"");
  }
  return {*first, *last};
}

// Chunks come in order; who lost count asks by GET where to go on.
std::optional<http::Response> wrong_place(const RegistryCall& call, const Images::Upload& upload) {
  const auto header = call.request->headers.find("Content-Range");
  if (!header) return std::nullopt;
  const Chunk chunk = parse_chunk(*header);
  if (call.request->content_length &&
      *call.request->content_length != chunk.last - chunk.first + 1) {
    throw RegistryError("SIZE_INVALID", 400, "Content-Range and Content-Length do not agree");
  }
  if (chunk.first == upload.bytes()) return std::nullopt;
  http::Response response = RegistryError("BLOB_UPLOAD_INVALID", 416,
                                          "The next byte is " + std::to_string(upload.bytes()) +
                                              ", not " + std::to_string(chunk.first))
                                .response();
  response.headers.set("Location", upload_path(call, upload.id()));
  response.headers.set("Range", range_of(upload.bytes()));
  return response;
}

// AWS refuses a push to a repository that nobody created; a configuration may be kinder.
Images::Upload start(const RegistryCall& call) {
  Images& images = call.house.images;
  auto upload = images.start_upload(call.path.name);
  const bool unknown = !upload && upload.error().fault == store::ImageFault::kNoSuchRepository;
  if (!unknown || !call.house.create_repositories_on_push) return call.value_of(std::move(upload));
  const auto made = images.create_repository(
      {.name = call.path.name, .region = call.house.region, .created = {}});
  if (made) spdlog::info("a push created the repository {}", call.path.name);
  return call.value_of(images.start_upload(call.path.name));
}

// A blob of another repository, without sending it. nullopt: it has to be sent.
std::optional<http::Response> mount(const RegistryCall& call) {
  const std::string digest = call.query_value("mount");
  if (digest.empty()) return std::nullopt;
  if (!store::is_digest(digest)) {
    throw RegistryError("DIGEST_INVALID", 400, "\"" + digest + "\" is no digest");
  }
  const auto mounted =
      call.house.images.mount_blob(call.path.name, call.query_value("from"), digest);
  if (mounted) return created(call, digest);
  return std::nullopt;
}

}  // namespace

Answer begin_upload(const RegistryCall& call) {
  if (auto mounted = mount(call)) return std::move(*mounted);
  const bool whole = call.query.contains("digest");
  const std::string digest = whole ? required_digest(call) : "";
  auto upload = start(call);
  if (!whole) return upload_response(call, 202, upload.id(), 0);
  if (!call.request->has_body) return finish(call, std::move(upload), digest);
  return std::make_unique<UploadReceiver>(call, std::move(upload), digest);
}

Answer continue_upload(const RegistryCall& call) {
  auto upload = call.value_of(call.house.images.resume_upload(call.path.name, call.path.reference));
  if (auto refused = wrong_place(call, upload)) return std::move(*refused);
  if (!call.request->has_body) return upload_response(call, 202, upload.id(), upload.bytes());
  return std::make_unique<UploadReceiver>(call, std::move(upload), "");
}

Answer finish_upload(const RegistryCall& call) {
  const std::string digest = required_digest(call);
  auto upload = call.value_of(call.house.images.resume_upload(call.path.name, call.path.reference));
  if (!call.request->has_body) return finish(call, std::move(upload), digest);
  if (auto refused = wrong_place(call, upload)) return std::move(*refused);
  return std::make_unique<UploadReceiver>(call, std::move(upload), digest);
}

http::Response upload_status(const RegistryCall& call) {
  const std::uint64_t bytes =
      call.value_of(call.house.images.upload_bytes(call.path.name, call.path.reference));
  return upload_response(call, 204, call.path.reference, bytes);
}

http::Response cancel_upload(const RegistryCall& call) {
  call.value_of(call.house.images.resume_upload(call.path.name, call.path.reference)).cancel();
  http::Response response;
  response.status = 204;
  return response;
}

}  // namespace sagebrush::service::registry
