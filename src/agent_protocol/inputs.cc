#include "agent_protocol/inputs.h"

#include <numeric>
#include <utility>

#include "agent_protocol/json_reader.h"

namespace sagebrush::agent_protocol {
namespace {

namespace json = boost::json;

json::object to_json(const InputFile& file) {
  return {{"path", file.path}, {"bucket", file.bucket},
          {"key", file.key},   {"bytes", static_cast<std::int64_t>(file.bytes)},
          {"etag", file.etag}, {"blob", file.blob}};
}

json::array to_json(const std::vector<InputFile>& files) {
  json::array all;
  all.reserve(files.size());
  for (const auto& file : files) all.push_back(to_json(file));
  return all;
}

std::vector<InputFile> files_from(const json::array& array) {
  std::vector<InputFile> files;
  files.reserve(array.size());
  for (const auto& value : array) {
    const JsonReader in(as_object(value, "a file"));
    files.push_back({.path = in.text("path"),
                     .bucket = in.text("bucket"),
                     .key = in.text("key"),
                     .bytes = in.size("bytes"),
                     .etag = in.text("etag"),
                     .blob = in.text("blob")});
  }
  return files;
}

json::object to_json(const FolderSource& folder) {
  return {{"file_system", folder.file_system},
          {"directory", folder.directory},
          {"root", folder.root},
          {"path", folder.path},
          {"writable", folder.writable}};
}

FolderSource folder_from(const json::object& object) {
  const JsonReader in(object);
  return {.file_system = in.text("file_system"),
          .directory = in.text("directory"),
          .root = in.text("root"),
          .path = in.text("path"),
          .writable = in.boolean("writable")};
}

// SplitMix64 (Steele, Lea, Flood 2014): small, and the same wherever it is compiled.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

}  // namespace

json::object to_json(const PipeSource& pipe) {
  json::object out{{"record_io", pipe.record_io},
                   {"shard_index", static_cast<std::int64_t>(pipe.shard_index)},
                   {"shard_count", static_cast<std::int64_t>(pipe.shard_count)},
                   {"attributes", json::array(pipe.attributes.begin(), pipe.attributes.end())}};
  if (pipe.shuffle_seed) out["shuffle_seed"] = *pipe.shuffle_seed;
  return out;
}

PipeSource pipe_source_from_json(const json::object& object) {
  const JsonReader in(object);
  PipeSource pipe{.record_io = in.boolean("record_io"),
                  .shuffle_seed = in.integer_if("shuffle_seed"),
                  .shard_index = in.size("shard_index"),
                  .shard_count = in.size("shard_count"),
                  .attributes = in.texts("attributes")};
  if (pipe.shard_index >= pipe.shard_count) {
    throw Error(ErrorKind::kInvalid, "member shard_index must be below shard_count");
  }
  return pipe;
}

json::object to_json(const Inputs& inputs) {
  json::array channels;
  for (const auto& channel : inputs.channels) {
    json::object out{{"name", channel.name},
                     {"compression", channel.compression},
                     {"files", to_json(channel.files)},
                     {"augmented_manifest", channel.augmented_manifest}};
    if (channel.pipe) out["pipe"] = to_json(*channel.pipe);
    if (channel.folder) out["folder"] = to_json(*channel.folder);
    channels.push_back(std::move(out));
  }
  return {{"channels", std::move(channels)}, {"checkpoints", to_json(inputs.checkpoints)}};
}

Inputs inputs_from_json(const json::object& object) {
  const JsonReader in(object);
  Inputs inputs;
  for (const auto& value : in.array("channels")) {
    const JsonReader channel(as_object(value, "a channel"));
    InputChannel next{.name = channel.text("name"),
                      .compression = channel.text("compression"),
                      .files = files_from(channel.array("files")),
                      .augmented_manifest = channel.text("augmented_manifest"),
                      .pipe = {},
                      .folder = {}};
    if (channel.has("pipe")) next.pipe = pipe_source_from_json(channel.object("pipe"));
    if (channel.has("folder")) next.folder = folder_from(channel.object("folder"));
    inputs.channels.push_back(std::move(next));
  }
  inputs.checkpoints = files_from(in.array("checkpoints"));
  return inputs;
}

std::vector<std::size_t> epoch_order(std::size_t count, const PipeSource& source,
                                     std::uint64_t epoch) {
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (source.shuffle_seed) {
    Random mixed(static_cast<std::uint64_t>(*source.shuffle_seed));
    Random random(mixed.next() + epoch);
    for (std::size_t left = count; left > 1; --left) {
      std::swap(all[left - 1], all[random.next() % left]);
    }
  }
  std::vector<std::size_t> mine;
  mine.reserve(count / source.shard_count + 1);
  for (std::size_t i = source.shard_index; i < count; i += source.shard_count) {
    mine.push_back(all[i]);
  }
  return mine;
}

}  // namespace sagebrush::agent_protocol
