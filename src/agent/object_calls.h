#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>

#include "agent/orders.h"
#include "agent_protocol/spec.h"
#include "aws/credentials.h"
#include "base/file.h"
#include "http/client.h"

namespace sagebrush::agent {

struct ObjectName {
  std::string bucket;
  std::string key;  // may be a prefix
};
// "s3://bucket/a/b" → {"bucket", "a/b"}. Throws Error{kInvalid} that shows the text.
ObjectName parse_s3_uri(const std::string& uri);
// The object `name` below `prefix`, with one slash between.
ObjectName below(const ObjectName& prefix, const std::string& name);

// The S3 calls of one attempt, with its credentials; for use by one thread. Waits for a server that
// is away (LeaseLost ends that), tries five times when it answers 5xx (Error{kInternal} then), and
// throws Error{kDenied, kNotFound, kInvalid} with S3's words on 4xx.
class ObjectCalls {
 public:
  // largest_put: what is larger goes in parts; S3 takes no more at once.
  ObjectCalls(const agent_protocol::Spec& spec, const Orders& orders,
              std::uint64_t largest_put = 5ULL << 30);
  void put_file(const ObjectName& name, File file);  // an open regular file
  void get_file(const ObjectName& name, const std::filesystem::path& file);
  void remove(const ObjectName& name);

 private:
  using Body = std::variant<std::string, http::FileSegment>;
  http::ClientResponse send(http::ClientRequest request, const std::string& payload_hash,
                            const http::BodySink& sink);
  http::ClientResponse call(const char* method, const ObjectName& name, const std::string& query,
                            const Body& body, const std::filesystem::path& into = {});
  void put_parts(const ObjectName& name, const std::shared_ptr<const File>& file);

  const Orders& orders_;
  http::Endpoint endpoint_;
  http::Client client_;
  aws::Credentials credentials_;
  std::string region_;
  std::uint64_t largest_put_;
};

}  // namespace sagebrush::agent
