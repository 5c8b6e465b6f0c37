#include "job/inputs.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "base/error.h"
#include "base/text.h"
#include "job/file_systems.h"
#include "job/input_objects.h"
#include "job/request_json.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;
using agent_protocol::InputChannel;
using agent_protocol::InputFile;
using agent_protocol::Inputs;
using agent_protocol::PipeSource;

// ShuffleConfig and ShardedByS3Key; a channel that is no pipe is in the order of the first epoch
// for good.
PipeSource order_of(const json::object& config, const json::object& s3, std::size_t index,
                    std::size_t count) {
  PipeSource order;
  if (const auto* shuffle = object_at(config, "ShuffleConfig")) {
    order.shuffle_seed = integer_at(*shuffle, "Seed", 0);
  }
  if (text_at(s3, "S3DataDistributionType", "FullyReplicated") == "ShardedByS3Key") {
    order.shard_index = index;
    order.shard_count = count;
  }
  return order;
}

template <class Item>
void put_in_order(std::vector<Item>& items, const PipeSource& order) {
  std::vector<Item> kept;
  for (const std::size_t i : epoch_order(items.size(), order, 0)) {
    kept.push_back(std::move(items[i]));
  }
  items = std::move(kept);
}

void add_lines(std::vector<ManifestLine> lines, InputChannel& channel) {
  std::unordered_set<std::string> placed;  // several lines may name one object
  for (auto& line : lines) {
    channel.augmented_manifest += line.text + "\n";
    for (auto& file : line.files) {
      if (!channel.pipe && !placed.insert(file.bucket + "/" + file.key).second) continue;
      channel.files.push_back(std::move(file));
    }
  }
}

void add_objects(const json::object& config, const json::object& s3, const std::string& mode,
                 const ObjectSource& source, std::size_t index, std::size_t count,
                 InputChannel& channel) {
  const std::string uri = text_at(s3, "S3Uri");
  const std::string type = text_at(s3, "S3DataType", "S3Prefix");
  PipeSource order = order_of(config, s3, index, count);
  if (mode == "Pipe") {
    channel.pipe = order;
    channel.pipe->record_io = text_at(config, "RecordWrapperType", "None") == "RecordIO";
  }
  if (type == "AugmentedManifestFile") {
    const auto attributes = texts_at(s3, "AttributeNames");
    auto lines = lines_of_augmented_manifest(source, uri, attributes);
    if (channel.pipe) {
      channel.pipe->attributes = attributes;
    } else {
      put_in_order(lines, order);
    }
    add_lines(std::move(lines), channel);
    return;
  }
  channel.files =
      type == "ManifestFile" ? files_of_manifest(source, uri) : files_under_prefix(source, uri);
  if (!channel.pipe) put_in_order(channel.files, order);
}

void set_folder(const json::object& wanted, const ObjectSource& source, InputChannel& channel) {
  const std::string id = text_at(wanted, "FileSystemId");
  const auto system = source.file_system(id);
  if (!system) {
    throw Error(ErrorKind::kInvalid,
                "file system " + id + " is not in this server's configuration");
  }
  const std::string directory = text_at(wanted, "DirectoryPath");
  channel.folder = {
      .file_system = id,
      .directory = directory,
      .root = system->path,
      .path = path_in_file_system(*system, text_at(wanted, "FileSystemType"), directory),
      .writable = text_at(wanted, "FileSystemAccessMode") == "rw"};
}

InputChannel resolve_channel(const json::object& config, const std::string& job_mode,
                             const ObjectSource& source, std::size_t index, std::size_t count) {
  InputChannel channel;
  channel.name = text_at(config, "ChannelName");
  channel.compression = text_at(config, "CompressionType", "None");
  const auto* data = object_at(config, "DataSource");
  if (const auto* folder = data ? object_at(*data, "FileSystemDataSource") : nullptr) {
    set_folder(*folder, source, channel);
    return channel;
  }
  const auto* s3 = data ? object_at(*data, "S3DataSource") : nullptr;
  if (!s3) {
    throw Error(ErrorKind::kInvalid,
                "channel " + channel.name + " has neither S3DataSource nor FileSystemDataSource");
  }
  add_objects(config, *s3, text_at(config, "InputMode", job_mode), source, index, count, channel);
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
  const auto* algorithm = object_at(request, "AlgorithmSpecification");
  const std::string mode = algorithm ? text_at(*algorithm, "TrainingInputMode", "File") : "File";
  if (const auto* channels = request.if_contains("InputDataConfig");
      channels && channels->is_array()) {
    for (const auto& channel : channels->get_array()) {
      const auto shard = shard_of(channel.as_object(), host);
      if (!shard) continue;
      inputs.channels.push_back(
          resolve_channel(channel.as_object(), mode, source, shard->index, shard->count));
    }
  }
  inputs.checkpoints = resolve_checkpoints(request, source);
  for (auto& channel : inputs.channels) give_each_a_file(source, channel.files);
  give_each_a_file(source, inputs.checkpoints);
  return inputs;
}

}  // namespace sagebrush::job
