#include "service/s3/object_document.h"

#include <boost/json.hpp>

#include "aws/codec.h"
#include "aws/registry.h"
#include "base/text.h"

namespace sagebrush::service::s3 {

using aws::AwsError;
namespace json = boost::json;

namespace {

constexpr const char* kKept[] = {"CacheControl",
                                 "ContentDisposition",
                                 "ContentEncoding",
                                 "ContentLanguage",
                                 "ContentType",
                                 "Expires",
                                 "Metadata",
                                 "WebsiteRedirectLocation",
                                 "ServerSideEncryption",
                                 "SSEKMSKeyId",
                                 "BucketKeyEnabled",
                                 "StorageClass"};
constexpr const char* kEncryption[] = {"ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled"};
constexpr std::size_t kLargestUserMetadata = 2048;
constexpr std::uint64_t kLargestBody = 5ULL << 30;

void copy_member(const json::object& from, std::string_view name, json::object& to) {
  if (const json::value* value = from.if_contains(name)) to.insert_or_assign(name, *value);
}

// The transfer's own "aws-chunked" is not the object's.
void strip_transfer_coding(json::object& document) {
  json::value* value = document.if_contains("ContentEncoding");
  if (value == nullptr) return;
  std::string kept;
  for (const std::string_view part : split(value->as_string(), ',')) {
    const std::string_view coding = trim(part);
    if (coding.empty() || http::equal_ignoring_case(coding, "aws-chunked")) continue;
    kept += (kept.empty() ? "" : ",") + std::string(coding);
  }
  if (kept.empty()) {
    document.erase("ContentEncoding");
  } else {
    *value = kept;
  }
}

void check_user_metadata(const json::object& document) {
  const json::value* metadata = document.if_contains("Metadata");
  if (metadata == nullptr) return;
  std::size_t bytes = 0;
  for (const auto& item : metadata->as_object()) {
    bytes += item.key().size() + item.value().as_string().size();
  }
  if (bytes > kLargestUserMetadata) {
    throw AwsError("MetadataTooLarge", 400,
                   "Your metadata headers exceed the maximum allowed metadata size");
  }
}

}  // namespace

json::object document_of_request(const json::object& request) {
  json::object document;
  for (const char* name : kKept) copy_member(request, name, document);
  strip_transfer_coding(document);
  check_user_metadata(document);
  if (!document.contains("ContentType")) document["ContentType"] = "binary/octet-stream";
  return document;
}

store::ObjectMeta to_meta(const json::object& document) {
  store::ObjectMeta meta{
      .document = json::serialize(document), .storage_class = "STANDARD", .checksum = ""};
  if (const json::value* value = document.if_contains("StorageClass"))
    meta.storage_class = value->as_string();
  for (const aws::ChecksumName& row : aws::kChecksums) {
    if (!document.contains("Checksum" + std::string(row.name))) continue;
    meta.checksum =
        std::string(row.name) + "/" + std::string(document.at("ChecksumType").as_string());
  }
  return meta;
}

json::object document_of(const store::ObjectMeta& meta) {
  return json::parse(meta.document).as_object();
}

json::object checksum_members(const std::vector<aws::Checksum>& checksums) {
  json::object members;
  for (const aws::Checksum& checksum : checksums) {
    members["Checksum" + std::string(checksum_name(checksum.algorithm).name)] = checksum.value;
  }
  if (!members.empty()) members["ChecksumType"] = "FULL_OBJECT";
  return members;
}

void copy_checksums(const json::object& document, json::object& output) {
  for (const aws::ChecksumName& row : aws::kChecksums) {
    copy_member(document, "Checksum" + std::string(row.name), output);
  }
  copy_member(document, "ChecksumType", output);
}

void copy_encryption(const json::object& document, json::object& output) {
  for (const char* name : kEncryption) copy_member(document, name, output);
}

json::object head_members(const store::ObjectInfo& info, bool with_checksums) {
  json::object document = document_of(info.meta);
  json::object output;
  for (const char* name : kKept) copy_member(document, name, output);
  if (info.meta.storage_class == "STANDARD") output.erase("StorageClass");
  if (with_checksums) copy_checksums(document, output);
  output["LastModified"] = to_seconds(info.modified);
  output["ETag"] = quoted(info.etag);
  output["AcceptRanges"] = "bytes";
  return output;
}

std::string quoted(const std::string& etag) {
  return "\"" + etag + "\"";
}

std::string unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

std::optional<std::uint64_t> announced_length(const http::Request& request) {
  auto length = request.content_length;
  if (const auto decoded = request.headers.find("x-amz-decoded-content-length")) {
    length = parse_unsigned(*decoded);
  }
  if (length.value_or(0) > kLargestBody) {
    throw AwsError("EntityTooLarge", 400,
                   "Your proposed upload exceeds the maximum allowed object size.");
  }
  return length;
}

http::Response answer(const Call& call, std::string_view operation, const json::object& output) {
  const auto service = aws::find_service("s3");
  return aws::encode_response(service->find_operation(operation).value(), output, call.request_id);
}

}  // namespace sagebrush::service::s3
