#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "algorithms/image_classification/dataset.h"

namespace sagebrush::vision {

// One split of a prepared data set, a folder of its own so that it can be a channel of its own:
//   manifest.json        what is here, the classes' names, statistics, shards with their CRC-32
//   images-00000.npy …   uint8 [n, H, W, C]
//   labels-00000.npy …   int64 [n]
struct PreparedSplit {
  std::string split;   // "train", "validation" or "test"
  std::string source;  // what it was made from
  std::vector<std::string> classes;
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;
  std::vector<double> mean;  // of the training split, pixels as 0 to 1
  std::vector<double> deviation;
  std::uint64_t seed = 0;
};

// Writes shards of `shard_images` images and then the manifest. Throws Error{kSystem}.
void write_prepared_split(const std::filesystem::path& folder, const PreparedSplit& about,
                          const std::vector<std::uint8_t>& pixels,
                          const std::vector<std::int64_t>& labels, std::size_t shard_images);

// Removes what write_prepared_split has put into `folder`, the manifest first, and then the folder
// when nothing else is in it. Other files stay, a manifest.json of another kind too.
void remove_prepared_split(const std::filesystem::path& folder);

// The name of the split that a manifest.json describes; nothing when the file is some other JSON.
// Throws Error{kUser} when it is damaged.
std::optional<std::string> prepared_split_of(const std::filesystem::path& manifest);

// Reads what a manifest names. Throws Error{kUser}: a shard is missing, damaged (CRC-32), or does
// not hold what the manifest says.
ImageSet read_prepared_split(const std::filesystem::path& manifest);

}  // namespace sagebrush::vision
