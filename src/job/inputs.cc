#include "job/inputs.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "job/request_json.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;
using agent_protocol::InputChannel;
using agent_protocol::InputFile;
using agent_protocol::Inputs;

InputFile file_of(const std::string& bucket, ListedObject object, std::string path) {
  return {.path = std::move(path),
          .bucket = bucket,
          .key = std::move(object.key),
          .bytes = object.bytes,
          .etag = std::move(object.etag),
          .blob = std::move(object.blob)};
}

[[noreturn]] void no_objects(const std::string& uri, const std::string& bucket) {
  throw Error(ErrorKind::kInvalid,
              "No S3 objects found under S3 URL \"" + uri +
                  "\" given in input data source. Please ensure that the bucket \"" + bucket +
                  "\" exists and that objects exist under that S3 prefix.");
}

std::vector<ListedObject> list(const ObjectSource& source, const std::string& uri,
                               const S3Location& at) {
  try {
    return source.list(at.bucket, at.key);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotFound) throw;
    no_objects(uri, at.bucket);
  }
}

std::string read(const ObjectSource& source, const std::string& uri, const S3Location& at) {
  try {
    return source.read(at.bucket, at.key);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotFound) throw;
    no_objects(uri, at.bucket);
  }
}

std::vector<InputFile> files_under_prefix(const ObjectSource& source, const std::string& uri) {
  const S3Location at = parse_s3_uri(uri);
  std::vector<InputFile> files;
  for (auto& object : list(source, uri, at)) {
    if (object.key.ends_with('/')) continue;  // folder markers of consoles
    std::string path = path_below_prefix(at.key, object.key);
    files.push_back(file_of(at.bucket, std::move(object), std::move(path)));
  }
  if (files.empty()) no_objects(uri, at.bucket);
  return files;
}

InputFile single_file(const ObjectSource& source, const std::string& uri, std::string path) {
  const S3Location at = parse_s3_uri(uri);
  for (auto& object : list(source, uri, at)) {
    if (object.key == at.key) return file_of(at.bucket, std::move(object), std::move(path));
  }
  no_objects(uri, at.bucket);
}

// [{"prefix": "s3://b/p/"}, "relative/path", …]: the files are prefix + path, and land at path.
std::vector<InputFile> files_of_manifest(const ObjectSource& source, const std::string& uri) {
  json::error_code failed;
  const json::value manifest = json::parse(read(source, uri, parse_s3_uri(uri)), failed);
  const auto* entries = failed ? nullptr : manifest.if_array();
  if (!entries) throw Error(ErrorKind::kInvalid, "the manifest " + uri + " is not a JSON list");
  std::string prefix;
  std::vector<InputFile> files;
  for (const auto& entry : *entries) {
    if (const auto* object = entry.if_object()) {
      prefix = text_at(*object, "prefix");
    } else if (const auto* path = entry.if_string()) {
      files.push_back(single_file(source, prefix + std::string(*path), std::string(*path)));
    } else {
      throw Error(ErrorKind::kInvalid,
                  "the manifest " + uri + " holds an entry that is neither prefix nor path");
    }
  }
  if (files.empty()) throw Error(ErrorKind::kInvalid, "the manifest " + uri + " names no files");
  return files;
}

// JSON lines; attributes that end in "-ref" name objects. The lines go along, the objects land at
// their keys.
void add_augmented_manifest(const ObjectSource& source, const std::string& uri,
                            const json::object& s3, std::size_t index, std::size_t count,
                            InputChannel& channel) {
  const std::vector<std::string> attributes = texts_at(s3, "AttributeNames");
  const std::string manifest = read(source, uri, parse_s3_uri(uri));
  std::size_t number = 0;
  for (const std::string_view line : split(manifest, '\n')) {
    if (trim(line).empty() || number++ % count != index) continue;
    json::error_code failed;
    const json::value value = json::parse(line, failed);
    const auto* record = failed ? nullptr : value.if_object();
    if (!record) {
      throw Error(ErrorKind::kInvalid, "line " + std::to_string(number) +
                                           " of the augmented manifest " + uri +
                                           " is not a JSON object");
    }
    for (const auto& attribute : attributes) {
      if (!attribute.ends_with("-ref")) continue;
      const std::string reference = text_at(*record, attribute.c_str());
      if (reference.empty()) {
        throw Error(ErrorKind::kInvalid, "line " + std::to_string(number) +
                                             " of the augmented manifest " + uri +
                                             " lacks the attribute " + attribute);
      }
      channel.files.push_back(single_file(source, reference, parse_s3_uri(reference).key));
    }
    channel.augmented_manifest.append(line).push_back('\n');
  }
  if (number == 0) throw Error(ErrorKind::kInvalid, "the augmented manifest " + uri + " is empty");
}

// Keeps every count-th file from index on, in key order: SageMaker's ShardedByS3Key.
void keep_shard(std::vector<InputFile>& files, std::size_t index, std::size_t count) {
  std::vector<InputFile> kept;
  for (std::size_t i = index; i < files.size(); i += count) kept.push_back(std::move(files[i]));
  files = std::move(kept);
}

InputChannel resolve_channel(const json::object& config, const ObjectSource& source,
                             std::size_t index, std::size_t count) {
  InputChannel channel;
  channel.name = text_at(config, "ChannelName");
  channel.compression = text_at(config, "CompressionType", "None");
  const auto* data = object_at(config, "DataSource");
  const auto* s3 = data ? object_at(*data, "S3DataSource") : nullptr;
  if (!s3) {
    throw Error(ErrorKind::kInvalid, "channel " + channel.name +
                                         " has no S3DataSource; other sources are not served yet");
  }
  const std::string uri = text_at(*s3, "S3Uri");
  const std::string type = text_at(*s3, "S3DataType", "S3Prefix");
  if (type == "AugmentedManifestFile") {
    const bool sharded = text_at(*s3, "S3DataDistributionType") == "ShardedByS3Key";
    add_augmented_manifest(source, uri, *s3, sharded ? index : 0, sharded ? count : 1, channel);
    return channel;
  }
  channel.files =
      type == "ManifestFile" ? files_of_manifest(source, uri) : files_under_prefix(source, uri);
  if (text_at(*s3, "S3DataDistributionType", "FullyReplicated") == "ShardedByS3Key") {
    keep_shard(channel.files, index, count);
  }
  return channel;
}

struct Shard {
  std::size_t index = 0;
  std::size_t count = 0;
};

// The host's place among those that get the channel; nullopt when it is for other groups.
std::optional<Shard> shard_of(const json::object& config, const HostPlace& host) {
  const auto* data = object_at(config, "DataSource");
  const auto* s3 = data ? object_at(*data, "S3DataSource") : nullptr;
  const auto wanted = s3 ? texts_at(*s3, "InstanceGroupNames") : std::vector<std::string>{};
  const auto is_wanted = [&](const std::string& group) {
    return wanted.empty() || std::ranges::find(wanted, group) != wanted.end();
  };
  if (!is_wanted(host.groups.at(host.index))) return std::nullopt;
  Shard shard;
  for (std::size_t i = 0; i < host.groups.size(); ++i) {
    if (!is_wanted(host.groups[i])) continue;
    if (i < host.index) ++shard.index;
    ++shard.count;
  }
  return shard;
}

std::vector<InputFile> resolve_checkpoints(const json::object& request,
                                           const ObjectSource& source) {
  std::vector<InputFile> files;
  const auto* config = object_at(request, "CheckpointConfig");
  if (!config) return files;
  S3Location at = parse_s3_uri(text_at(*config, "S3Uri"));
  if (!at.key.empty() && !at.key.ends_with('/')) at.key += '/';
  for (auto& object : source.list(at.bucket, at.key)) {
    if (object.key.ends_with('/')) continue;
    std::string path = object.key.substr(at.key.size());
    files.push_back(file_of(at.bucket, std::move(object), std::move(path)));
  }
  return files;
}

void give_each_a_file(const ObjectSource& source, std::vector<InputFile>& files) {
  for (auto& file : files) {
    if (file.blob.empty()) file.blob = source.materialise(file.bucket, file.key);
  }
}

}  // namespace

S3Location parse_s3_uri(std::string_view uri) {
  constexpr std::string_view kScheme = "s3://";
  const std::string_view rest = uri.starts_with(kScheme) ? uri.substr(kScheme.size()) : "";
  const auto slash = rest.find('/');
  const std::string_view bucket = rest.substr(0, slash);
  if (bucket.empty()) {
    throw Error(ErrorKind::kInvalid,
                "'" + std::string(uri) + "' is not an S3 URI (s3://bucket/key)");
  }
  const std::string_view key = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  return {std::string(bucket), std::string(key)};
}

std::string path_below_prefix(std::string_view prefix, std::string_view key) {
  if (prefix.empty() || prefix.ends_with('/')) return std::string(key.substr(prefix.size()));
  if (key.size() > prefix.size() && key[prefix.size()] == '/') {
    return std::string(key.substr(prefix.size() + 1));
  }
  const auto slash = prefix.rfind('/');
  return std::string(slash == std::string_view::npos ? key : key.substr(slash + 1));
}

Inputs resolve_inputs(const json::object& request, const ObjectSource& source,
                      const HostPlace& host) {
  Inputs inputs;
  if (const auto* channels = request.if_contains("InputDataConfig");
      channels && channels->is_array()) {
    for (const auto& channel : channels->get_array()) {
      const auto shard = shard_of(channel.as_object(), host);
      if (!shard) continue;
      inputs.channels.push_back(
          resolve_channel(channel.as_object(), source, shard->index, shard->count));
    }
  }
  inputs.checkpoints = resolve_checkpoints(request, source);
  for (auto& channel : inputs.channels) give_each_a_file(source, channel.files);
  give_each_a_file(source, inputs.checkpoints);
  return inputs;
}

}  // namespace sagebrush::job
