#include "algorithms/image_classification/dataset.h"

#include <algorithm>
#include <future>
#include <optional>
#include <set>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/image_folder_set.h"
#include "algorithms/image_classification/pixel_range.h"
#include "algorithms/image_classification/prepare/source.h"
#include "algorithms/image_classification/prepared_split.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace {

enum class Half { kTrain, kValidation, kTest };

const char* word_of(Half half) {
  switch (half) {
    case Half::kTrain: return "train";
    case Half::kValidation: return "validation";
    case Half::kTest: return "test";
  }
  return "";
}

std::vector<std::string> expected_names(Half half, bool images) {
  const std::string idx = half == Half::kTrain ? "train" : "t10k";
  const std::string kind = images ? "images" : "labels";
  const std::string rank = images ? "idx3" : "idx1";
  std::vector<std::string> names;
  if (half == Half::kValidation) names.push_back("validation_" + kind + ".npy");
  for (const char* dash : {"-", "."}) {
    names.push_back(idx + "-" + kind + dash + rank + "-ubyte");
    names.push_back(names.back() + ".gz");
  }
  names.push_back(std::string(half == Half::kTrain ? "train" : "test") + "_" + kind + ".npy");
  return names;
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::set<fs::path> seen = {fs::weakly_canonical(folder)};  // links may go round in circles
  std::error_code error;
  const auto options = fs::directory_options::follow_directory_symlink;
  for (fs::recursive_directory_iterator at(folder, options, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_regular_file(error)) files.push_back(at->path());
    if (at.depth() >= 16 ||
        (at->is_directory(error) && !seen.insert(fs::canonical(at->path())).second))
      at.disable_recursion_pending();
  }
  if (error) user_error(folder.string() + ": cannot be listed: " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<fs::path> find_file(const std::vector<fs::path>& files,
                                  const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    for (const fs::path& file : files) {
      if (file.filename() == name) return file;
    }
  }
  return std::nullopt;
}

// The manifest of that half; in a channel of its own the only one there is, whatever it is called.
std::optional<fs::path> find_manifest(const std::vector<fs::path>& files, Half half, bool own) {
  std::vector<fs::path> all;
  for (const fs::path& file : files) {
    if (file.filename() != "manifest.json") continue;
    const std::optional<std::string> split = prepared_split_of(file);
    if (!split) continue;
    if (*split == word_of(half)) return file;
    all.push_back(file);
  }
  return own && all.size() == 1 ? std::optional(all.front()) : std::nullopt;
}

[[noreturn]] void not_found(const std::string& where, const std::vector<fs::path>& files, Half half,
                            bool images) {
  std::string text = where + ": no " + (half == Half::kTrain ? "training" : word_of(half)) +
                     (images ? " images" : " labels") +
                     " found; expected a prepared split (manifest.json), class folders of JPEG or "
                     "PNG files, or one of";
  const std::vector<std::string> names = expected_names(half, images);
  for (const std::string& name : names) text += (name == names.front() ? " " : ", ") + name;
  if (files.empty()) {
    text += "; it is empty";
  } else {
    text += "; it holds";
    for (std::size_t i = 0; i < std::min<std::size_t>(files.size(), 5); ++i)
      text += (i == 0 ? " " : ", ") + files[i].filename().string();
    if (files.size() > 5) text += " and " + std::to_string(files.size() - 5) + " more";
  }
  user_error(text);
}

Array read_array(const fs::path& path) {
  const std::string name = path.string();
  Bytes bytes = read_maybe_gzip(path);
  return path.extension() == ".npy" ? parse_npy(std::move(bytes), name)
                                    : parse_idx(std::move(bytes), name);
}

ImageSet load_arrays(const std::string& where, const std::vector<fs::path>& files, Half half) {
  const auto images = find_file(files, expected_names(half, true));
  if (!images) not_found(where, files, half, true);
  const auto labels = find_file(files, expected_names(half, false));
  if (!labels) not_found(where, files, half, false);
  return make_image_set(read_array(*images), images->string(), read_array(*labels),
                        labels->string());
}

struct Channel {
  std::string where;
  fs::path folder;
  std::vector<fs::path> files;
};

ImageSet load_half(const Channel& channel, Half half, bool own) {
  if (const auto manifest = find_manifest(channel.files, half, own))
    return read_prepared_split(*manifest);
  if (!find_file(channel.files, expected_names(half, true)) && own &&
      is_image_folder(channel.folder))
    return load_image_folder(channel.folder, word_of(half));
  return load_arrays(channel.where, channel.files, half);
}

bool has_half(const Channel& channel, Half half) {
  return find_file(channel.files, expected_names(half, true)) ||
         find_manifest(channel.files, half, false);
}

std::optional<Channel> open_channel(const std::map<std::string, fs::path>& channels,
                                    std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = channels.find(name);
    if (found == channels.end()) continue;
    if (!fs::is_directory(found->second))
      user_error("channel " + found->first + ": folder " + found->second.string() + " is missing");
    return Channel{"channel " + found->first, found->second, files_below(found->second)};
  }
  return std::nullopt;
}

// Holds `set` against the training images, and gives its labels and pixels the training set's
// meaning.
void fit(ImageSet& set, const ImageSet& train, PixelRange pixels) {
  if (train.height != set.height || train.width != set.width || train.channels != set.channels)
    user_error(set.source + ": its images are " + std::to_string(set.height) + "x" +
               std::to_string(set.width) + "x" + std::to_string(set.channels) + ", those of " +
               train.source + " are " + std::to_string(train.height) + "x" +
               std::to_string(train.width) + "x" + std::to_string(train.channels));
  bring_to(pixels, set);
  if (!train.class_names.empty()) match_classes(set, train.class_names, "the training images'");
}

// One channel with everything in it.
Dataset load_single(const Channel& channel) {
  Dataset data;
  if (!has_half(channel, Half::kTrain) && is_image_folder(channel.folder))
    return load_image_dataset(channel.folder, channel.where);
  const bool validation =
      find_manifest(channel.files, Half::kValidation, false) || !has_half(channel, Half::kTest);
  std::future<ImageSet> small = std::async(std::launch::async, [&] {
    return load_half(channel, validation ? Half::kValidation : Half::kTest, false);
  });
  data.train = load_half(channel, Half::kTrain, false);
  data.validation = small.get();
  if (validation && find_manifest(channel.files, Half::kTest, false))
    data.test = load_half(channel, Half::kTest, false);
  return data;
}

}  // namespace

void match_classes(ImageSet& set, const std::vector<std::string>& names, const std::string& whose) {
  if (set.class_names == names || set.class_names.empty()) return;
  std::vector<std::int64_t> meaning;
  for (const std::string& name : set.class_names) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      user_error(set.source + ": class " + name + " is not one of " + whose);
    meaning.push_back(found - names.begin());
  }
  for (std::int64_t& label : set.labels) {
    if (label >= static_cast<std::int64_t>(meaning.size()))
      user_error(set.source + ": has a label " + std::to_string(label) + " but names " +
                 std::to_string(meaning.size()) + " classes");
    label = meaning[static_cast<std::size_t>(label)];
  }
  set.class_names = names;
}

Dataset load_dataset(const std::map<std::string, fs::path>& channels) {
  std::optional<Channel> train = open_channel(channels, {"train", "training"});
  if (!train && channels.size() == 1)
    train = open_channel(channels, {channels.begin()->first.c_str()});
  if (!train) {
    std::string names;
    for (const auto& channel : channels) names += " " + channel.first;
    user_error("no channel named train or training; the job has:" + names);
  }
  const std::optional<Channel> validation = open_channel(channels, {"validation", "val"});
  const std::optional<Channel> test = open_channel(channels, {"test", "testing"});
  Dataset data;
  if (!validation && !test) {
    if (!has_half(*train, Half::kTest) && !has_half(*train, Half::kValidation) &&
        has_half(*train, Half::kTrain))
      user_error("no channel named test, testing or validation, and " + train->where +
                 " holds no test images (t10k-images-idx3-ubyte[.gz] or test_images.npy)");
    data = load_single(*train);
  } else {
    // The small halves are read while the large one inflates.
    const bool both = validation && test;
    std::future<ImageSet> small = std::async(std::launch::async, [&] {
      return validation ? load_half(*validation, Half::kValidation, true)
                        : load_half(*test, Half::kTest, true);
    });
    data.train = load_half(*train, Half::kTrain, true);
    data.validation = small.get();
    if (both) data.test = load_half(*test, Half::kTest, true);
  }
  const PixelRange pixels = range_of(data.train);
  fit(data.validation, data.train, pixels);
  if (data.test) fit(*data.test, data.train, pixels);
  return data;
}

ImageSet load_test_set(const fs::path& folder) {
  if (!fs::is_directory(folder)) user_error(folder.string() + ": is not a folder");
  return load_half({folder.string(), folder, files_below(folder)}, Half::kTest, true);
}

ArraySplits load_array_splits(const fs::path& folder) {
  const std::vector<fs::path> files = files_below(folder);
  ArraySplits splits;
  splits.train = load_arrays(folder.string(), files, Half::kTrain);
  if (find_file(files, {"validation_images.npy"}))
    splits.validation = load_arrays(folder.string(), files, Half::kValidation);
  if (find_file(files, expected_names(Half::kTest, true)))
    splits.test = load_arrays(folder.string(), files, Half::kTest);
  return splits;
}

bool has_array_files(const fs::path& folder) {
  const std::vector<fs::path> files = files_below(folder);
  return find_file(files, expected_names(Half::kTrain, true)).has_value();
}

}  // namespace sagebrush::vision
