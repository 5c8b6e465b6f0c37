#include "service/registry/registry_gate.h"

#include <expected>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "service/registry/access.h"
#include "service/registry/registry_call.h"

namespace sagebrush::service {
namespace {

using http::Receiver;
using http::Request;
using http::Response;
using registry::Answer;
using registry::RegistryCall;
using registry::RegistryError;
using registry::Resource;

std::map<std::string, std::string> parse_query(std::string_view query) {
  std::map<std::string, std::string> values;
  if (query.empty()) return values;
  for (const std::string_view part : split(query, '&')) {
    const auto equals = part.find('=');
    const auto name = uri_decode(part.substr(0, equals), true);
    const auto value =
        uri_decode(equals == std::string_view::npos ? "" : part.substr(equals + 1), true);
    if (!name || !value) throw RegistryError("UNSUPPORTED", 400, "The query is broken");
    values.emplace(*name, *value);
  }
  return values;
}

Response to_response(const Request& request, const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kInvalid:
      return RegistryError("MANIFEST_INVALID", 400, error.what()).response();
    case ErrorKind::kUnsupported:
      return RegistryError("MANIFEST_INVALID", 415, error.what()).response();
    case ErrorKind::kLimitExceeded: return RegistryError("DENIED", 507, error.what()).response();
    case ErrorKind::kUnavailable:
      return RegistryError("UNAVAILABLE", 503, "The registry is not available").response();
    default:
      spdlog::error("{} {}: {}", request.method, request.path, error.what());
      return RegistryError("UNKNOWN", 500, "An error of the server; its log has it").response();
  }
}

Response finished(const Request& request, Response response) {
  response.headers.set("Docker-Distribution-Api-Version", "registry/2.0");
  if (request.method == "HEAD" && std::holds_alternative<std::string>(response.body)) {
    auto& body = std::get<std::string>(response.body);
    if (!response.head_length) response.head_length = body.size();
    body.clear();
  }
  return response;
}

// Runs `step`; what it throws becomes the answer.
template <typename Step>
auto guard(const Request& request, Step step) -> std::expected<decltype(step()), Response> {
  try {
    return step();
  } catch (const RegistryError& error) {
    return std::unexpected(error.response());
  } catch (const Error& error) {
    return std::unexpected(to_response(request, error));
  }
}

// Hands a body on; the first error becomes the answer, what still comes is dropped.
class GuardedReceiver : public Receiver {
 public:
  GuardedReceiver(std::shared_ptr<const Request> request, std::unique_ptr<Receiver> inner)
      : request_(std::move(request)), inner_(std::move(inner)) {}

  void write(std::span<const std::byte> piece) override {
    if (refusal_) return;
    auto outcome = guard(*request_, [&] {
      inner_->write(piece);
      return true;
    });
    if (outcome) return;
    refusal_ = std::move(outcome.error());
    inner_.reset();
  }

  Response finish() override {
    if (refusal_) return finished(*request_, std::move(*refusal_));
    auto outcome = guard(*request_, [&] { return inner_->finish(); });
    return finished(*request_, outcome ? std::move(*outcome) : std::move(outcome.error()));
  }

 private:
  std::shared_ptr<const Request> request_;
  std::unique_ptr<Receiver> inner_;
  std::optional<Response> refusal_;
};

[[noreturn]] void throw_unsupported(const Request& request) {
  throw RegistryError("UNSUPPORTED", 405,
                      "The registry does not know " + request.method + " of this path");
}

Answer answer_blob(const RegistryCall& call) {
  const std::string& method = call.request->method;
  if (method == "GET" || method == "HEAD") return read_blob(call);
  if (method == "DELETE") return delete_blob(call);
  throw_unsupported(*call.request);
}

Answer answer_upload(const RegistryCall& call) {
  const std::string& method = call.request->method;
  if (method == "PATCH") return continue_upload(call);
  if (method == "PUT") return finish_upload(call);
  if (method == "GET" || method == "HEAD") return upload_status(call);
  if (method == "DELETE") return cancel_upload(call);
  throw_unsupported(*call.request);
}

Answer answer_manifest(const RegistryCall& call) {
  const std::string& method = call.request->method;
  if (method == "GET" || method == "HEAD") return read_manifest(call);
  if (method == "PUT") return begin_manifest(call);
  if (method == "DELETE") return delete_manifest(call);
  throw_unsupported(*call.request);
}

Answer route(const RegistryCall& call) {
  const bool reads = call.request->method == "GET" || call.request->method == "HEAD";
  switch (call.path.resource) {
    case Resource::kBlob: return answer_blob(call);
    case Resource::kUpload: return answer_upload(call);
    case Resource::kManifest: return answer_manifest(call);
    case Resource::kUploads:
      if (call.request->method == "POST") return begin_upload(call);
      break;
    case Resource::kBase:
      if (reads) return registry::json_response(200, "{}");
      break;
    case Resource::kCatalog:
      if (reads) return list_repositories(call);
      break;
    case Resource::kTags:
      if (reads) return list_tags(call);
      break;
    case Resource::kReferrers:
      if (reads) return list_referrers(call);
      break;
    case Resource::kUnknown:
      throw RegistryError("UNSUPPORTED", 404, "The registry has no such path");
  }
  throw_unsupported(*call.request);
}

void require_valid(const registry::RegistryPath& path) {
  if (path.invalid == "name") {
    throw RegistryError("NAME_INVALID", 400,
                        "\"" + path.name +
                            "\" is no repository name: parts of lower-case letters and digits, "
                            "joined by '.', '_' or '-', with '/' between them, 255 at most");
  }
  if (path.invalid == "digest") {
    throw RegistryError(
        "DIGEST_INVALID", 400,
        "\"" + path.reference + "\" is no digest: sha256: and 64 hexadecimal digits");
  }
  if (path.invalid == "reference") {
    throw RegistryError("TAG_INVALID", 400, "\"" + path.reference + "\" is no tag");
  }
}

Response challenge(const Request& request) {
  Response response = RegistryError("UNAUTHORIZED", 401,
                                    "Log in first: aws ecr get-login-password | podman login "
                                    "--username AWS --password-stdin " +
                                        std::string(request.headers.get("Host")))
                          .response();
  response.headers.set("WWW-Authenticate", "Basic realm=\"sagebrush\",service=\"ecr\"");
  return response;
}

// A URL of GetDownloadUrlForLayer carries its right in the query.
bool has_download_token(const RegistryCall& call) {
  return call.path.resource == Resource::kBlob && call.request->method == "GET" &&
         registry::token_owner(call.house.identities, call.query_value("token"),
                               call.path.name + "@" + call.path.reference, call.house.clock.now())
             .has_value();
}

}  // namespace

http::Response registry::json_response(int status, std::string body, const std::string& type) {
  Response response;
  response.status = status;
  response.headers.set("Content-Type", type);
  response.body = std::move(body);
  return response;
}

Answer begin_registry(House& house, std::shared_ptr<const Request> request) {
  auto outcome = guard(*request, [&]() -> Answer {
    const RegistryCall call{.house = house,
                            .request = request,
                            .path = registry::parse_registry_path(request->path),
                            .query = parse_query(request->query)};
    if (!registry::is_admitted(house.identities, *request, house.clock.now()) &&
        !has_download_token(call)) {
      return challenge(*request);
    }
    require_valid(call.path);
    return route(call);
  });
  if (!outcome) return finished(*request, std::move(outcome.error()));
  if (auto* response = std::get_if<Response>(&*outcome)) {
    return finished(*request, std::move(*response));
  }
  return std::make_unique<GuardedReceiver>(
      request, std::move(std::get<std::unique_ptr<Receiver>>(*outcome)));
}

}  // namespace sagebrush::service
