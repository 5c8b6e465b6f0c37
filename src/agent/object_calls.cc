#include "agent/object_calls.h"

#include <fcntl.h>

#include <memory>
#include <vector>

#include "agent/patience.h"
#include "aws/sigv4_sign.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::agent {
namespace {

http::Endpoint endpoint_of(const agent_protocol::Access& access) {
  http::Endpoint endpoint = http::parse_endpoint(access.server_url);
  endpoint.ca_file = access.ca_file;
  return endpoint;
}

std::string sha256_of(const File& file) {
  Hasher hasher(HashKind::kSha256);
  std::vector<std::byte> piece(1 << 20);
  for (std::uint64_t at = 0;;) {
    const std::size_t got = file.read_at(at, piece);
    if (got == 0) return to_hex(hasher.finish());
    hasher.update(std::span(piece).first(got));
    at += got;
  }
}

// The text of <Message> in an S3 error, or the status.
std::string message_of(const http::ClientResponse& response) {
  const auto start = response.body.find("<Message>");
  const auto end = response.body.find("</Message>");
  if (start != std::string::npos && end != std::string::npos && end > start) {
    return response.body.substr(start + 9, end - start - 9);
  }
  return "HTTP status " + std::to_string(response.status);
}

ErrorKind kind_of(int status) {
  if (status == 403) return ErrorKind::kDenied;
  return status == 404 ? ErrorKind::kNotFound : ErrorKind::kInvalid;
}

}  // namespace

ObjectName parse_s3_uri(const std::string& uri) {
  if (!uri.starts_with("s3://") || uri.size() == 5 || uri[5] == '/') {
    throw Error(ErrorKind::kInvalid, "not an s3://bucket/key URI: " + uri);
  }
  const auto slash = uri.find('/', 5);
  if (slash == std::string::npos) return {uri.substr(5), ""};
  return {uri.substr(5, slash - 5), uri.substr(slash + 1)};
}

ObjectName below(const ObjectName& prefix, const std::string& name) {
  const bool needs_slash = !prefix.key.empty() && !prefix.key.ends_with('/');
  return {prefix.bucket, prefix.key + (needs_slash ? "/" : "") + name};
}

ObjectCalls::ObjectCalls(const agent_protocol::Spec& spec, const Orders& orders)
    : orders_(orders),
      endpoint_(endpoint_of(spec.access)),
      client_(endpoint_),
      credentials_{spec.access.access_key_id, spec.access.secret_access_key,
                   spec.access.session_token},
      region_(spec.region) {}

http::ClientResponse ObjectCalls::send(http::ClientRequest request, const std::string& payload_hash,
                                       const http::BodySink& sink) {
  aws::sign_request(request, endpoint_, credentials_, {region_, "s3"}, payload_hash, now());
  return client_.send(request, sink);
}

void ObjectCalls::call(const ObjectName& name, const char* method, std::shared_ptr<const File> body,
                       const std::filesystem::path& into) {
  http::ClientRequest request;
  request.method = method;
  request.target = "/" + uri_encode(name.bucket) + "/" + uri_encode(name.key, true);
  std::string hash = sha256_hex("");
  if (body) {
    hash = sha256_of(*body);
    request.body = http::FileSegment{body, 0, body->size()};
  }
  int refusals = 0;
  until_available(orders_, [&] {
    File target;
    http::BodySink sink;
    if (!into.empty()) {
      target = File::open(into, O_WRONLY | O_CREAT | O_TRUNC);
      sink = [&target](std::span<const std::byte> piece) { target.write_all(piece); };
    }
    const http::ClientResponse response = send(request, hash, sink);
    if (response.status / 100 == 2) return;
    const bool again = response.status >= 500 && ++refusals < 5;
    throw Error(again ? ErrorKind::kUnavailable : kind_of(response.status),
                std::string(method) + " s3://" + name.bucket + "/" + name.key + ": " +
                    message_of(response));
  });
}

void ObjectCalls::put_file(const ObjectName& name, File file) {
  call(name, "PUT", std::make_shared<const File>(std::move(file)), {});
}
void ObjectCalls::get_file(const ObjectName& name, const std::filesystem::path& file) {
  call(name, "GET", {}, file);
}
void ObjectCalls::remove(const ObjectName& name) {
  call(name, "DELETE", {}, {});
}

}  // namespace sagebrush::agent
