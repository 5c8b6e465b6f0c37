#include <memory>

#include "aws/aws_error.h"
#include "service/registry/registry_call.h"
#include "service/s3/byte_range.h"

namespace sagebrush::service::registry {
namespace {

http::Response describe(const std::string& digest) {
  http::Response response;
  response.headers.set("Content-Type", "application/octet-stream");
  response.headers.set("Docker-Content-Digest", digest);
  response.headers.set("ETag", "\"" + digest + "\"");
  response.headers.set("Accept-Ranges", "bytes");
  response.headers.set("Cache-Control", "private, max-age=31536000, immutable");
  return response;
}

std::optional<s3::ByteRange> wanted(const RegistryCall& call, std::uint64_t bytes) {
  const auto header = call.request->headers.find("Range");
  if (!header) return std::nullopt;
  try {
    return s3::parse_range(*header, bytes);
  } catch (const aws::AwsError&) {
    throw RegistryError(
        "RANGE_INVALID", 416,
        "The blob has " + std::to_string(bytes) + " bytes: nothing is at " + std::string(*header));
  }
}

}  // namespace

http::Response read_blob(const RegistryCall& call) {
  store::Images& images = call.house.images;
  const std::string& digest = call.path.reference;
  http::Response response = describe(digest);
  if (call.request->method == "HEAD") {
    response.head_length = call.value_of(images.find_blob(call.path.name, digest)).bytes;
    return response;
  }
  auto blob = call.value_of(images.open_blob(call.path.name, digest));
  const auto range = wanted(call, blob.bytes);
  const s3::ByteRange part = range.value_or(s3::ByteRange{0, blob.bytes});
  if (range) {
    response.status = 206;
    response.headers.set("Content-Range", s3::content_range(part, blob.bytes));
  }
  response.body = std::vector<http::FileSegment>{
      {std::make_shared<const File>(std::move(blob.file)), part.first, part.length}};
  return response;
}

http::Response delete_blob(const RegistryCall& call) {
  call.check(call.house.images.delete_blob(call.path.name, call.path.reference));
  http::Response response;
  response.status = 202;
  return response;
}

}  // namespace sagebrush::service::registry
