// https://www.cs.toronto.edu/~kriz/cifar.html: a record is the label (CIFAR-100: two labels) and
// 3,072 bytes.
#include <algorithm>
#include <string_view>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/prepare/cifar.h"
#include "algorithms/image_classification/text.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace {

struct Layout {
  const char* kind;
  std::vector<const char*> train;
  const char* test;
  const char* names;
  std::size_t labels;  // bytes before an image; the last one is the class
  std::size_t classes;
};

const Layout kCifar10 = {"CIFAR-10 binary",
                         {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                          "data_batch_4.bin", "data_batch_5.bin"},
                         "test_batch.bin",
                         "batches.meta.txt",
                         1,
                         10};
const Layout kCifar100 = {
    "CIFAR-100 binary", {"train.bin"}, "test.bin", "fine_label_names.txt", 2, 100};

std::vector<std::string> read_names(const fs::path& path) {
  std::vector<std::string> names;
  if (!fs::exists(path)) return names;
  const Bytes text = read_file(path, 1 << 20);
  std::string name;
  for (const std::uint8_t c : text) {
    if (c != '\n') {
      name.push_back(static_cast<char>(c));
      continue;
    }
    if (!trimmed(name).empty()) names.push_back(trimmed(name));
    name.clear();
  }
  if (!trimmed(name).empty()) names.push_back(trimmed(name));
  return names;
}

// Reads one of `batches` files of one size.
void read_batch(const fs::path& path, const Layout& layout, std::size_t batches,
                LabelledImages& set) {
  const std::string name = path.string();
  if (!fs::exists(path)) user_error(name + ": is missing; " + layout.kind + " needs it");
  const Bytes file = read_file(path, std::size_t{1} << 30);
  const std::size_t record = layout.labels + kCifarImage;
  if (file.empty()) user_error(name + ": is empty");
  if (file.size() % record != 0)
    user_error(name + ": has " + std::to_string(file.size()) + " bytes, which is no multiple of " +
               std::to_string(record) + "; it is truncated or not " + layout.kind);
  if (set.pixels.empty()) set.pixels.reserve(batches * file.size());
  for (std::size_t at = 0; at < file.size(); at += record)
    add_cifar_image(set, file.data() + at + layout.labels, file[at + layout.labels - 1],
                    layout.classes, name);
}

}  // namespace

void add_cifar_image(LabelledImages& set, const std::uint8_t* planes, std::int64_t label,
                     std::size_t classes, const std::string& name) {
  if (label < 0 || label >= static_cast<std::int64_t>(classes))
    user_error(name + ": label " + std::to_string(label) + " of image " +
               std::to_string(set.count()) + " is outside 0 to " + std::to_string(classes - 1));
  set.labels.push_back(label);
  const std::size_t start = set.pixels.size();
  set.pixels.resize(start + kCifarImage);
  std::uint8_t* const to = set.pixels.data() + start;
  for (std::size_t p = 0; p < kCifarPlane; ++p) {
    for (std::size_t c = 0; c < 3; ++c) to[p * 3 + c] = planes[c * kCifarPlane + p];
  }
}

Source cifar_source(const char* kind, std::vector<std::string> names, std::size_t classes) {
  Source source;
  source.kind = kind;
  source.height = source.width = kCifarSide;
  source.channels = 3;
  source.classes = std::move(names);
  if (source.classes.empty() && classes == 10)
    source.classes = {"airplane", "automobile", "bird",  "cat",  "deer",
                      "dog",      "frog",       "horse", "ship", "truck"};
  for (std::size_t i = source.classes.size(); i < classes; ++i)
    source.classes.push_back(std::to_string(i));
  if (source.classes.size() > classes)
    user_error(std::string(kind) + ": " + std::to_string(source.classes.size()) +
               " class names were found for " + std::to_string(classes) + " classes");
  source.test.emplace();
  return source;
}

bool is_cifar_binary(const fs::path& folder) {
  return fs::exists(folder / kCifar10.train[0]) || fs::exists(folder / kCifar10.test) ||
         fs::exists(folder / kCifar100.train[0]);
}

Source read_cifar_binary(const fs::path& folder) {
  const bool ten = fs::exists(folder / kCifar10.train[0]) || fs::exists(folder / kCifar10.test);
  const Layout& layout = ten ? kCifar10 : kCifar100;
  Source source = cifar_source(layout.kind, read_names(folder / layout.names), layout.classes);
  for (const char* file : layout.train)
    read_batch(folder / file, layout, layout.train.size(), source.train);
  read_batch(folder / layout.test, layout, 1, *source.test);
  return source;
}

}  // namespace sagebrush::vision
