#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sagebrush::agent_protocol {

struct InputFile {
  std::string path;  // below the channel's folder; no "..", not absolute
  std::string bucket;
  std::string key;
  std::uint64_t bytes = 0;
  std::string etag;
  std::string blob;  // absolute path on the server's disk; "" when it has none in one piece
};

// A channel that the container reads as `<channel>_<epoch>`: the bytes of its files one after the
// other, in an order of its own each epoch.
struct PipeSource {
  bool record_io = false;                    // each file and each value in a RecordIO frame
  std::optional<std::int64_t> shuffle_seed;  // absent: the order of the files
  std::size_t shard_index = 0;               // which share of each epoch's order is this host's
  std::size_t shard_count = 1;
  std::vector<std::string> attributes;  // of an augmented manifest, in the order asked for
};

// A folder of a shared file system on this machine.
struct FolderSource {
  std::string file_system;  // "fs-0123", as the job names it
  std::string directory;    // DirectoryPath, as the job names it
  std::string root;         // where the file system is here; nothing outside it is reached
  std::string path;         // below root; "" is root itself
  bool writable = false;
};

// With `folder`, there are no files; with `pipe`, files are delivered in its order and a file
// may come several times; else files are placed below the channel's folder.
struct InputChannel {
  std::string name;
  std::string compression;  // "None" or "Gzip"
  std::vector<InputFile> files;
  std::string augmented_manifest;  // the lines (AugmentedManifestFile), "" otherwise
  std::optional<PipeSource> pipe = {};
  std::optional<FolderSource> folder = {};
};

struct Inputs {
  std::vector<InputChannel> channels;
  std::vector<InputFile> checkpoints;  // to restore before the start
};

boost::json::object to_json(const Inputs& inputs);
boost::json::object to_json(const PipeSource& pipe);
// Each throws Error{kInvalid} that names the member.
Inputs inputs_from_json(const boost::json::object& object);
PipeSource pipe_source_from_json(const boost::json::object& object);

// Which of `count` things come in an epoch, and in which order: shuffled as seed and epoch say, the
// same on every machine; then every shard_count-th from shard_index on. Shuffled before it is
// shared out, so that a host gets other things in each epoch (SageMaker's ShuffleConfig).
std::vector<std::size_t> epoch_order(std::size_t count, const PipeSource& source,
                                     std::uint64_t epoch);

}  // namespace sagebrush::agent_protocol
