#include "aws/s3_wire.h"

#include <algorithm>
#include <vector>

#include "aws/aws_error.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::aws {

std::string bucket_target(std::string_view bucket) {
  return "/" + uri_encode(bucket);
}

std::string object_target(std::string_view bucket, std::string_view key) {
  return bucket_target(bucket) + "/" + uri_encode(key, true);
}

std::string unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

std::string crc32_base64(std::string_view body) {
  return to_base64(hash(HashKind::kCrc32, body));
}

std::string crc32_base64(const http::FileSegment& segment) {
  Hasher hasher(HashKind::kCrc32);
  std::vector<std::byte> buffer(std::min<std::uint64_t>(segment.length, 1 << 20));
  for (std::uint64_t done = 0; done < segment.length;) {
    const std::uint64_t wanted = std::min<std::uint64_t>(buffer.size(), segment.length - done);
    const std::size_t got =
        segment.file->read_at(segment.offset + done, std::span(buffer).first(wanted));
    if (got == 0) throw Error(ErrorKind::kIo, "the file became shorter while it was read");
    hasher.update(std::span(buffer).first(got));
    done += got;
  }
  return to_base64(hasher.finish());
}

http::Headers put_headers(const PutOptions& options) {
  http::Headers headers;
  if (!options.content_type.empty()) headers.add("Content-Type", options.content_type);
  for (const auto& [name, value] : options.metadata) headers.add("x-amz-meta-" + name, value);
  return headers;
}

std::unique_ptr<pugi::xml_document> parse_xml(const std::string& body) {
  auto document = std::make_unique<pugi::xml_document>();
  if (!document->load_buffer(body.data(), body.size())) {
    throw Error(ErrorKind::kUnavailable, "the S3 endpoint answered with something other than XML");
  }
  if (const pugi::xml_node error = document->child("Error")) {
    throw AwsError(error.child_value("Code"), 200, error.child_value("Message"));
  }
  return document;
}

}  // namespace sagebrush::aws
