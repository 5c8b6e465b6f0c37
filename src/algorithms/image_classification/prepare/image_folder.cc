#include <algorithm>
#include <atomic>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/prepare/class_names.h"
#include "algorithms/image_classification/prepare/image.h"
#include "algorithms/image_classification/prepare/picture_files.h"
#include "algorithms/image_classification/prepare/source.h"
#include "algorithms/image_classification/worker_pool.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxImageFile = std::size_t{256} << 20;

struct Picture {
  fs::path path;
  std::int64_t label;
};

std::vector<std::string> class_names(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::path& entry : folders_in(folder)) names.push_back(entry.filename());
  return names;
}

// Whether a folder called as a split is one: a class may be called `train` too.
bool holds_classes(const fs::path& folder) {
  if (!fs::is_directory(folder) || folders_in(folder).empty()) return false;
  const std::vector<fs::path> files = files_in(folder);
  return std::none_of(files.begin(), files.end(), is_picture);
}

bool is_folder(const fs::path& path) {
  return fs::is_directory(path);
}

// The first of those names that is such a folder, or an empty path.
fs::path part(const fs::path& folder, std::initializer_list<const char*> names,
              bool (*fits)(const fs::path&)) {
  for (const char* name : names) {
    if (fits(folder / name)) return folder / name;
  }
  return {};
}

std::vector<Picture> list_pictures(const fs::path& folder,
                                   const std::vector<std::string>& classes) {
  std::vector<Picture> pictures;
  for (const fs::path& entry : folders_in(folder)) {
    const auto found = std::find(classes.begin(), classes.end(), entry.filename().string());
    if (found == classes.end())
      user_error(entry.string() + ": is a class that the training images do not have");
    const std::vector<fs::path> files = files_below(entry);
    if (files.empty()) user_error(entry.string() + ": is a class without an image");
    for (const fs::path& file : files) pictures.push_back({file, found - classes.begin()});
  }
  const std::vector<fs::path> loose = files_in(folder);
  if (!loose.empty())
    user_error(loose.front().string() + ": lies beside the class folders, so it has no class");
  if (pictures.empty()) user_error(folder.string() + ": holds no class folder");
  return pictures;
}

std::size_t channels_of(const SourceOptions& options) {
  return options.channels == 0 ? 3 : options.channels;
}

Image read_picture(const fs::path& path, const SourceOptions& options) {
  const Bytes file = read_file(path, kMaxImageFile);
  Image image = decode_image(file.data(), file.size(), channels_of(options), path.string());
  return options.height == 0 ? image : resize_to_cover(image, options.height, options.width);
}

LabelledImages read_pictures(const std::vector<Picture>& pictures, const std::string& what,
                             const SourceOptions& options, const Source& source, WorkerPool& pool) {
  LabelledImages set;
  const std::size_t size = source.image_size();
  set.pixels.resize(pictures.size() * size);
  for (const Picture& picture : pictures) set.labels.push_back(picture.label);
  constexpr std::size_t kRun = 100;
  std::atomic<std::size_t> done{0};
  pool.run(static_cast<int>((pictures.size() + kRun - 1) / kRun), [&](int run) {
    const std::size_t first = static_cast<std::size_t>(run) * kRun;
    const std::size_t last = std::min(first + kRun, pictures.size());
    for (std::size_t i = first; i < last; ++i) {
      const Image image = read_picture(pictures[i].path, options);
      if (image.height != source.height || image.width != source.width)
        user_error(pictures[i].path.string() + ": is " + std::to_string(image.width) + "x" +
                   std::to_string(image.height) + " pixels, the first image is " +
                   std::to_string(source.width) + "x" + std::to_string(source.height) +
                   "; sagebrush-vision preprocess --size N brings all to one size");
      std::copy(image.pixels.begin(), image.pixels.end(),
                set.pixels.begin() + static_cast<std::ptrdiff_t>(i * size));
    }
    const std::size_t before = done.fetch_add(last - first);
    if (options.say && before / 10000 != (before + last - first) / 10000)
      options.say(what + ": " + std::to_string(before + last - first) + " of " +
                  std::to_string(pictures.size()) + " images read");
  });
  return set;
}

}  // namespace

bool is_image_folder(const fs::path& folder) {
  for (const fs::path& entry : folders_in(folder)) {
    const std::vector<fs::path> files = files_below(entry);
    if (std::any_of(files.begin(), files.end(), is_picture)) return true;
  }
  return false;
}

Source read_image_folder(const fs::path& folder, const SourceOptions& options, WorkerPool& pool) {
  const fs::path train = part(folder, {"train", "training"}, holds_classes);
  const auto fits = train.empty() ? holds_classes : is_folder;
  const fs::path validation = part(folder, {"validation", "val", "valid"}, fits);
  const fs::path test = part(folder, {"test", "testing"}, fits);
  Source source;
  source.kind = "image folders";
  source.channels = channels_of(options);
  source.has_split_folders = !train.empty();
  if (train.empty() && !(validation.empty() && test.empty()))
    user_error((test.empty() ? validation : test).string() +
               ": holds class folders; a folder train with nothing but class folders is missing "
               "beside it");
  const fs::path& first = train.empty() ? folder : train;
  source.classes = class_names(first);
  check_class_names(source.classes, first.string());
  if (source.classes.size() < 2)
    user_error(first.string() + ": holds " + std::to_string(source.classes.size()) +
               " class folders; at least two are needed");
  const std::vector<Picture> pictures = list_pictures(first, source.classes);
  source.height = options.height;
  source.width = options.width;
  if (source.height == 0) {
    const Image image = read_picture(pictures.front().path, options);
    source.height = image.height;
    source.width = image.width;
  }
  source.train = read_pictures(pictures, "train", options, source, pool);
  if (train.empty()) return source;
  if (!validation.empty())
    source.validation = read_pictures(list_pictures(validation, source.classes), "validation",
                                      options, source, pool);
  if (!test.empty())
    source.test = read_pictures(list_pictures(test, source.classes), "test", options, source, pool);
  return source;
}

}  // namespace sagebrush::vision
