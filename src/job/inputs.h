#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent_protocol/messages.h"
#include "job/file_systems.h"

namespace sagebrush::job {

struct ListedObject {
  std::string key;
  std::uint64_t bytes = 0;
  std::string etag;
  std::string blob;  // its file on this machine; "" when it has none in one piece
};

// What staging needs of the object store and of the configured file systems. `list`, `read` and
// `materialise` throw Error{kNotFound} when the bucket or the object is not there.
struct ObjectSource {
  // All objects of a bucket whose key starts with prefix, in key order.
  std::function<std::vector<ListedObject>(const std::string& bucket, const std::string& prefix)>
      list;
  std::function<std::optional<ListedObject>(const std::string& bucket, const std::string& key)>
      find;
  std::function<std::string(const std::string& bucket, const std::string& key)> read;
  // Puts an object that was uploaded in parts into one file and answers its path.
  std::function<std::string(const std::string& bucket, const std::string& key)> materialise;
  std::function<std::optional<FileSystem>(const std::string& id)> file_system;
};

struct S3Location {
  std::string bucket;
  std::string key;  // may be ""
};

// "s3://bucket/some/prefix". Throws Error{kInvalid} that shows the text.
S3Location parse_s3_uri(std::string_view uri);

// Where a key lands below the channel's folder, given the S3Uri's prefix, as SageMaker lays it out:
// below the prefix when that is a folder, by its last part when the prefix is the key itself or
// ends within a name.
std::string path_below_prefix(std::string_view prefix, std::string_view key);

// Which host of an attempt asks.
struct HostPlace {
  std::size_t index = 0;
  std::vector<std::string> groups = {""};  // of each host of the attempt, in their order
};

// Resolves the request's InputDataConfig for one host, and the checkpoints to restore: channels for
// other instance groups are left out, sharded ones divided among the hosts of theirs. Throws
// Error{kInvalid} with SageMaker's words when a channel's source has no objects.
// InputMode, ShuffleConfig, ShardedByS3Key and the manifests are taken into account here, so that
// the agent is left with files and folders.
agent_protocol::Inputs resolve_inputs(const boost::json::object& request,
                                      const ObjectSource& source, const HostPlace& host);

}  // namespace sagebrush::job
