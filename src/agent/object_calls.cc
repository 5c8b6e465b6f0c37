#include "agent/object_calls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
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

std::string sha256_of(const http::FileSegment& segment) {
  Hasher hasher(HashKind::kSha256);
  std::vector<std::byte> piece(1 << 20);
  for (std::uint64_t done = 0; done < segment.length;) {
    const std::uint64_t most = std::min<std::uint64_t>(piece.size(), segment.length - done);
    const std::size_t got =
        segment.file->read_at(segment.offset + done, std::span(piece).first(most));
    if (got == 0) break;
    hasher.update(std::span(piece).first(got));
    done += got;
  }
  return to_hex(hasher.finish());
}

// The text of the first such element; "" when there is none.
std::string element(const std::string& xml, const std::string& name) {
  const std::string open = "<" + name + ">";
  const auto start = xml.find(open);
  const auto end = xml.find("</" + name + ">");
  if (start == std::string::npos || end == std::string::npos || end < start) return "";
  return xml.substr(start + open.size(), end - start - open.size());
}

// What an S3 error says, or the status.
std::string message_of(const http::ClientResponse& response) {
  const std::string message = element(response.body, "Message");
  return message.empty() ? "HTTP status " + std::to_string(response.status) : message;
}

ErrorKind kind_of(int status) {
  if (status >= 500) return ErrorKind::kInternal;
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

ObjectCalls::ObjectCalls(const agent_protocol::Spec& spec, const Orders& orders,
                         std::uint64_t largest_put)
    : orders_(orders),
      endpoint_(endpoint_of(spec.access)),
      client_(endpoint_),
      credentials_{spec.access.access_key_id, spec.access.secret_access_key,
                   spec.access.session_token},
      region_(spec.region),
      largest_put_(largest_put) {}

http::ClientResponse ObjectCalls::send(http::ClientRequest request, const std::string& payload_hash,
                                       const http::BodySink& sink) {
  aws::sign_request(request, endpoint_, credentials_, {region_, "s3"}, payload_hash, now());
  return client_.send(request, sink);
}

http::ClientResponse ObjectCalls::call(const char* method, const ObjectName& name,
                                       const std::string& query, const Body& body,
                                       const std::filesystem::path& into) {
  http::ClientRequest request;
  request.method = method;
  request.target = "/" + uri_encode(name.bucket) + "/" + uri_encode(name.key, true);
  if (!query.empty()) request.target += "?" + query;
  request.body = body;
  const auto* segment = std::get_if<http::FileSegment>(&body);
  const std::string hash = segment ? sha256_of(*segment) : sha256_hex(std::get<std::string>(body));
  int refusals = 0;
  return until_available(orders_, [&] {
    File target;
    http::BodySink sink;
    if (!into.empty()) {
      target = File::open(into, O_WRONLY | O_CREAT | O_TRUNC);
      sink = [&target](std::span<const std::byte> piece) { target.write_all(piece); };
    }
    http::ClientResponse response = send(request, hash, sink);
    if (response.status / 100 == 2) return response;
    const bool again = response.status >= 500 && ++refusals < 5;
    throw Error(again ? ErrorKind::kUnavailable : kind_of(response.status),
                std::string(method) + " s3://" + name.bucket + "/" + name.key + ": " +
                    message_of(response));
  });
}

void ObjectCalls::put_parts(const ObjectName& name, const std::shared_ptr<const File>& file) {
  constexpr std::uint64_t kMostParts = 10'000;
  const std::uint64_t size = file->size();
  const std::uint64_t part = std::max(largest_put_ / 20, size / kMostParts + 1);
  const std::string id = element(call("POST", name, "uploads", {}).body, "UploadId");
  const std::string upload = "uploadId=" + uri_encode(id);
  try {
    std::string parts;
    int number = 1;
    for (std::uint64_t at = 0; at < size; at += part, ++number) {
      const auto sent = call("PUT", name, fmt::format("partNumber={}&{}", number, upload),
                             http::FileSegment{file, at, std::min(part, size - at)});
      parts += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", number,
                           sent.headers.find("ETag").value_or(""));
    }
    const auto done = call("POST", name, upload,
                           "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>");
    // S3 may find out only after it has begun to answer.
    if (done.body.contains("<Error>")) throw Error(ErrorKind::kInternal, message_of(done));
  } catch (const Error&) {
    try {
      call("DELETE", name, upload, {});
    } catch (const Error& error) {
      spdlog::warn("parts are left: {}", error.what());
    }
    throw;
  }
}

void ObjectCalls::put_file(const ObjectName& name, File file) {
  const auto shared = std::make_shared<const File>(std::move(file));
  const std::uint64_t size = shared->size();
  if (size > largest_put_) {
    put_parts(name, shared);
  } else {
    call("PUT", name, "", http::FileSegment{shared, 0, size});
  }
}
void ObjectCalls::get_file(const ObjectName& name, const std::filesystem::path& file) {
  call("GET", name, "", {}, file);
}
void ObjectCalls::remove(const ObjectName& name) {
  call("DELETE", name, "", {});
}

}  // namespace sagebrush::agent
