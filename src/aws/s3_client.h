#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "aws/client.h"
#include "base/time.h"

namespace sagebrush::aws {

struct ObjectInfo {
  std::string key;
  std::uint64_t size = 0;
  std::string etag;  // without quotes: the MD5 in hex, or "…-N" of N parts
  Time last_modified;
};

struct ObjectHead {
  std::uint64_t size = 0;
  std::string etag;  // without quotes
  Time last_modified;
  std::string content_type;
  std::map<std::string, std::string> metadata;  // names without "x-amz-meta-", lower case
};

struct ListPage {
  std::vector<ObjectInfo> objects;
  std::vector<std::string> common_prefixes;  // with a delimiter
  std::string next;                          // token of the next page; "" at the end
};

struct PutOptions {
  std::string content_type;
  std::map<std::string, std::string> metadata;
  std::function<void(std::uint64_t sent_bytes)> on_progress;  // of the whole object
};

// The part of S3 that the command line and the agent use, path-style. Throws as AwsClient does.
// Bodies are sent with a CRC32, which the service checks, rather than hashed into the signature: a
// signature would cost a pass of SHA-256 on both sides.
class S3Client {
 public:
  explicit S3Client(AwsClient client) : client_(std::move(client)) {}
  S3Client(http::Endpoint endpoint, Credentials credentials, std::string region)
      : client_(std::move(endpoint), std::move(credentials), std::move(region)) {}

  // Each gives the ETag, without quotes. put_file sends what is larger than 64 MiB in parts, and
  // leaves no parts behind when it fails.
  std::string put_object(std::string_view bucket, std::string_view key, std::string body,
                         const PutOptions& options = {});
  std::string put_segment(std::string_view bucket, std::string_view key,
                          const http::FileSegment& segment, const PutOptions& options = {});
  std::string put_file(std::string_view bucket, std::string_view key,
                       const std::filesystem::path& path, const PutOptions& options = {});

  std::string get_object(std::string_view bucket, std::string_view key);
  void get_object(std::string_view bucket, std::string_view key, const http::BodySink& sink);
  // Whole or not at all: written beside `path`, renamed at the end.
  void get_file(std::string_view bucket, std::string_view key, const std::filesystem::path& path,
                const std::function<void(std::uint64_t received_bytes)>& on_progress = {});
  std::optional<ObjectHead> head_object(std::string_view bucket,
                                        std::string_view key);  // nullopt: not there
  void delete_object(std::string_view bucket, std::string_view key);

  ListPage list_page(std::string_view bucket, std::string_view prefix, std::string_view token = {},
                     std::string_view delimiter = {}, int max_keys = 1000);
  std::vector<ObjectInfo> list_objects(std::string_view bucket,
                                       std::string_view prefix);  // all pages

  bool has_bucket(std::string_view bucket);
  void create_bucket(std::string_view bucket);  // no error when it is the caller's already

 private:
  struct Part;
  http::ClientResponse send(const std::string& method, const std::string& target,
                            const http::Headers& headers,
                            std::variant<std::string, http::FileSegment> body,
                            const std::function<void(std::uint64_t)>& on_sent,
                            const http::BodySink& sink = {});
  std::string put_in_parts(std::string_view bucket, std::string_view key,
                           const http::FileSegment& segment, const PutOptions& options);
  std::string begin_parts(const std::string& target, const PutOptions& options);
  std::string send_parts(const std::string& target, const std::string& upload,
                         const http::FileSegment& segment, const PutOptions& options);
  std::string end_parts(const std::string& target, const std::string& upload,
                        const std::vector<Part>& parts);

  AwsClient client_;
};

}  // namespace sagebrush::aws
