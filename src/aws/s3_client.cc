#include "aws/s3_client.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <pugixml.hpp>

#include "aws/answer_error.h"
#include "aws/s3_wire.h"
#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

constexpr std::uint64_t kLargestSingle = 64 * 1024 * 1024;

Time parse_time_or_epoch(std::string_view text, Time (*parse)(std::string_view)) {
  return text.empty() ? Time{} : parse(text);
}

// Keys come percent-encoded, since XML can't state every character.
std::string decode_key(const char* text, bool encoded) {
  if (!encoded) return text;
  return uri_decode(text, true).value_or(text);
}

}  // namespace

http::ClientResponse S3Client::send(const std::string& method, const std::string& target,
                                    const http::Headers& headers,
                                    std::variant<std::string, http::FileSegment> body,
                                    const std::function<void(std::uint64_t)>& on_sent,
                                    const http::BodySink& sink) {
  AwsClient::Exchange exchange;
  exchange.service = "s3";
  exchange.request.method = method;
  exchange.request.target = target;
  exchange.request.headers = headers;
  exchange.request.body = std::move(body);
  exchange.request.on_sent = on_sent;
  exchange.payload_hash = "UNSIGNED-PAYLOAD";
  exchange.repeatable = method != "POST";
  http::ClientResponse response = client_.send(exchange, sink);
  if (response.status / 100 != 2) throw read_error(response);
  return response;
}

std::string S3Client::put_object(std::string_view bucket, std::string_view key, std::string body,
                                 const PutOptions& options) {
  http::Headers headers = put_headers(options);
  headers.add("x-amz-checksum-crc32", crc32_base64(body));
  const auto response =
      send("PUT", object_target(bucket, key), headers, std::move(body), options.on_progress);
  return unquoted(response.headers.get("etag"));
}

std::string S3Client::put_segment(std::string_view bucket, std::string_view key,
                                  const http::FileSegment& segment, const PutOptions& options) {
  if (segment.length > kLargestSingle) return put_in_parts(bucket, key, segment, options);
  http::Headers headers = put_headers(options);
  headers.add("x-amz-checksum-crc32", crc32_base64(segment));
  const auto response =
      send("PUT", object_target(bucket, key), headers, segment, options.on_progress);
  return unquoted(response.headers.get("etag"));
}

std::string S3Client::put_file(std::string_view bucket, std::string_view key,
                               const std::filesystem::path& path, const PutOptions& options) {
  http::FileSegment segment;
  segment.file = std::make_shared<const File>(File::open(path, O_RDONLY));
  segment.length = segment.file->size();
  return put_segment(bucket, key, segment, options);
}

std::string S3Client::get_object(std::string_view bucket, std::string_view key) {
  return send("GET", object_target(bucket, key), {}, std::string(), {}).body;
}

void S3Client::get_object(std::string_view bucket, std::string_view key,
                          const http::BodySink& sink) {
  send("GET", object_target(bucket, key), {}, std::string(), {}, sink);
}

void S3Client::get_file(std::string_view bucket, std::string_view key,
                        const std::filesystem::path& path,
                        const std::function<void(std::uint64_t)>& on_progress) {
  const auto temporary =
      path.parent_path() / ("." + path.filename().string() + "." + random_hex(8));
  struct Removal {
    const std::filesystem::path& path;
    ~Removal() { ::unlink(path.c_str()); }  // fails once renamed
  } removal{temporary};
  File file = File::open(temporary, O_WRONLY | O_CREAT | O_EXCL);
  std::uint64_t received = 0;
  get_object(bucket, key, [&](std::span<const std::byte> piece) {
    file.write_all(piece);
    received += piece.size();
    if (on_progress) on_progress(received);
  });
  file.close();
  if (::rename(temporary.c_str(), path.c_str()) != 0) throw_errno("rename to " + path.string());
}

std::optional<ObjectHead> S3Client::head_object(std::string_view bucket, std::string_view key) {
  http::ClientResponse response;
  try {
    response = send("HEAD", object_target(bucket, key), {}, std::string(), {});
  } catch (const AwsError& error) {
    if (error.status() == 404) return std::nullopt;
    throw;
  }
  ObjectHead head;
  head.size = parse_unsigned(response.headers.get("content-length")).value_or(0);
  head.etag = unquoted(response.headers.get("etag"));
  head.content_type = response.headers.get("content-type");
  head.last_modified = parse_time_or_epoch(response.headers.get("last-modified"), &from_http_date);
  constexpr std::string_view kMetadata = "x-amz-meta-";
  for (const auto& [name, value] : response.headers) {
    const std::string lower = to_lower(name);
    if (lower.starts_with(kMetadata)) head.metadata[lower.substr(kMetadata.size())] = value;
  }
  return head;
}

void S3Client::delete_object(std::string_view bucket, std::string_view key) {
  send("DELETE", object_target(bucket, key), {}, std::string(), {});
}

ListPage S3Client::list_page(std::string_view bucket, std::string_view prefix,
                             std::string_view token, std::string_view delimiter, int max_keys) {
  std::string target = bucket_target(bucket) +
                       "?list-type=2&encoding-type=url&max-keys=" + std::to_string(max_keys) +
                       "&prefix=" + uri_encode(prefix);
  if (!token.empty()) target += "&continuation-token=" + uri_encode(token);
  if (!delimiter.empty()) target += "&delimiter=" + uri_encode(delimiter);
  const auto response = send("GET", target, {}, std::string(), {});
  const auto document = parse_xml(response.body);
  const pugi::xml_node root = document->child("ListBucketResult");
  const bool encoded = std::string_view(root.child_value("EncodingType")) == "url";
  ListPage page;
  for (const pugi::xml_node node : root.children("Contents")) {
    ObjectInfo& info = page.objects.emplace_back();
    info.key = decode_key(node.child_value("Key"), encoded);
    info.size = parse_unsigned(node.child_value("Size")).value_or(0);
    info.etag = unquoted(node.child_value("ETag"));
    info.last_modified = parse_time_or_epoch(node.child_value("LastModified"), &from_iso8601);
  }
  for (const pugi::xml_node node : root.children("CommonPrefixes")) {
    page.common_prefixes.push_back(decode_key(node.child_value("Prefix"), encoded));
  }
  const bool more = std::string_view(root.child_value("IsTruncated")) == "true";
  if (more) page.next = root.child_value("NextContinuationToken");
  return page;
}

std::vector<ObjectInfo> S3Client::list_objects(std::string_view bucket, std::string_view prefix) {
  std::vector<ObjectInfo> all;
  std::string token;
  do {
    ListPage page = list_page(bucket, prefix, token);
    std::ranges::move(page.objects, std::back_inserter(all));
    token = std::move(page.next);
  } while (!token.empty());
  return all;
}

bool S3Client::has_bucket(std::string_view bucket) {
  try {
    send("HEAD", bucket_target(bucket), {}, std::string(), {});
    return true;
  } catch (const AwsError& error) {
    if (error.status() == 404) return false;
    throw;
  }
}

void S3Client::create_bucket(std::string_view bucket) {
  std::string body;
  if (client_.region() != "us-east-1") {
    body =
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<LocationConstraint>" +
        client_.region() + "</LocationConstraint></CreateBucketConfiguration>";
  }
  try {
    send("PUT", bucket_target(bucket), {}, std::move(body), {});
  } catch (const AwsError& error) {
    if (error.code() != "BucketAlreadyOwnedByYou") throw;
  }
}

}  // namespace sagebrush::aws
