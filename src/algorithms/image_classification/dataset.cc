#include "algorithms/image_classification/dataset.h"

#include <algorithm>
#include <future>
#include <optional>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace {

enum class Half { kTrain, kTest };

std::vector<std::string> expected_names(Half half, bool images) {
  const std::string idx = half == Half::kTrain ? "train" : "t10k";
  const std::string npy = half == Half::kTrain ? "train" : "test";
  const std::string kind = images ? "images" : "labels";
  const std::string rank = images ? "idx3" : "idx1";
  std::vector<std::string> names;
  for (const char* dash : {"-", "."}) {
    names.push_back(idx + "-" + kind + dash + rank + "-ubyte");
    names.push_back(names.back() + ".gz");
  }
  names.push_back(npy + "_" + kind + ".npy");
  return names;
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  const auto options = fs::directory_options::follow_directory_symlink;
  for (fs::recursive_directory_iterator at(folder, options, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_regular_file(error)) files.push_back(at->path());
    if (at.depth() >= 16) at.disable_recursion_pending();
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

bool has_half(const std::vector<fs::path>& files, Half half) {
  return find_file(files, expected_names(half, true)).has_value();
}

[[noreturn]] void not_found(const std::string& where, const std::vector<fs::path>& files, Half half,
                            bool images) {
  std::string text = where + ": no " + (half == Half::kTrain ? "training" : "test") +
                     (images ? " images" : " labels") + " found; expected one of";
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

ImageSet load_half(const std::string& where, const std::vector<fs::path>& files, Half half) {
  const auto images = find_file(files, expected_names(half, true));
  if (!images) not_found(where, files, half, true);
  const auto labels = find_file(files, expected_names(half, false));
  if (!labels) not_found(where, files, half, false);
  return make_image_set(read_array(*images), images->string(), read_array(*labels),
                        labels->string());
}

struct Channel {
  std::string where;
  std::vector<fs::path> files;
};

std::optional<Channel> open_channel(const std::map<std::string, fs::path>& channels,
                                    std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = channels.find(name);
    if (found == channels.end()) continue;
    if (!fs::is_directory(found->second))
      user_error("channel " + found->first + ": folder " + found->second.string() + " is missing");
    return Channel{"channel " + found->first, files_below(found->second)};
  }
  return std::nullopt;
}

}  // namespace

Dataset load_dataset(const std::map<std::string, fs::path>& channels) {
  std::optional<Channel> train = open_channel(channels, {"train", "training"});
  if (!train && channels.size() == 1)
    train = open_channel(channels, {channels.begin()->first.c_str()});
  if (!train) {
    std::string names;
    for (const auto& channel : channels) names += " " + channel.first;
    user_error("no channel named train or training; the job has:" + names);
  }
  std::optional<Channel> test = open_channel(channels, {"test", "testing", "validation"});
  if (!test) {
    if (!has_half(train->files, Half::kTest) && has_half(train->files, Half::kTrain))
      user_error("no channel named test, testing or validation, and " + train->where +
                 " holds no test images (t10k-images-idx3-ubyte[.gz] or test_images.npy)");
    test = train;
  }
  // The small half is read while the large one inflates.
  std::future<ImageSet> small = std::async(
      std::launch::async, [&test] { return load_half(test->where, test->files, Half::kTest); });
  Dataset data;
  data.train = load_half(train->where, train->files, Half::kTrain);
  data.test = small.get();
  if (data.train.image_size() != data.test.image_size() || data.train.width != data.test.width ||
      data.train.channels != data.test.channels)
    user_error(data.test.source + ": its images are " + std::to_string(data.test.height) + "x" +
               std::to_string(data.test.width) + "x" + std::to_string(data.test.channels) +
               ", those of " + data.train.source + " are " + std::to_string(data.train.height) +
               "x" + std::to_string(data.train.width) + "x" + std::to_string(data.train.channels));
  return data;
}

ImageSet load_test_set(const fs::path& folder) {
  if (!fs::is_directory(folder)) user_error(folder.string() + ": is not a folder");
  return load_half(folder.string(), files_below(folder), Half::kTest);
}

}  // namespace sagebrush::vision
