#include <iterator>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/prepare/cifar.h"
#include "algorithms/image_classification/prepare/pickle.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace {

constexpr const char* kTrain10[] = {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4",
                                    "data_batch_5"};

const PickleValue& member(const Pickle& pickle, std::initializer_list<const char*> keys,
                          const std::string& name) {
  if (pickle.root().kind != PickleValue::Kind::kDict) user_error(name + ": holds no dictionary");
  for (const char* key : keys) {
    if (const PickleValue* found = pickle.root().find(key)) return *found;
  }
  user_error(name + ": its dictionary has no '" + *keys.begin() + "'");
}

// Reads one of `batches` files of one size.
void read_batch(const fs::path& path, std::size_t classes, std::size_t batches,
                LabelledImages& set) {
  const std::string name = path.string();
  if (!fs::exists(path)) user_error(name + ": is missing; CIFAR's Python version needs it");
  const Pickle pickle(read_file(path, std::size_t{1} << 30), name);
  const PickleValue& data = member(pickle, {"data"}, name);
  const PickleValue& labels = member(pickle, {"fine_labels", "labels"}, name);
  if (data.kind != PickleValue::Kind::kArray || data.type != "u1" || data.shape.size() != 2 ||
      data.shape[1] != kCifarImage || data.fortran_order)
    user_error(name + ": 'data' is no uint8 array of N x 3072");
  if (labels.kind != PickleValue::Kind::kList || labels.items.size() != data.shape[0])
    user_error(name + ": holds " + std::to_string(data.shape[0]) + " images and " +
               std::to_string(labels.items.size()) + " labels");
  if (labels.items.empty()) user_error(name + ": holds no image");
  if (set.pixels.empty()) set.pixels.reserve(batches * labels.items.size() * kCifarImage);
  for (std::size_t i = 0; i < labels.items.size(); ++i) {
    if (labels.items[i]->kind != PickleValue::Kind::kInteger)
      user_error(name + ": label " + std::to_string(i) + " is no integer");
    add_cifar_image(set, reinterpret_cast<const std::uint8_t*>(data.text.data()) + i * kCifarImage,
                    labels.items[i]->integer, classes, name);
  }
}

std::vector<std::string> read_names(const fs::path& path, const char* key) {
  std::vector<std::string> names;
  if (!fs::exists(path)) return names;
  const Pickle pickle(read_file(path, 1 << 20), path.string());
  for (const PickleValue* item : member(pickle, {key}, path.string()).items) {
    if (item->kind != PickleValue::Kind::kText) user_error(path.string() + ": a name is no text");
    names.emplace_back(item->text);
  }
  return names;
}

}  // namespace

bool is_cifar_pickle(const fs::path& folder) {
  return fs::is_regular_file(folder / kTrain10[0]) || fs::is_regular_file(folder / "test_batch") ||
         (fs::is_regular_file(folder / "train") && fs::is_regular_file(folder / "test"));
}

Source read_cifar_pickle(const fs::path& folder) {
  if (fs::is_regular_file(folder / "train")) {
    Source source =
        cifar_source("CIFAR-100 pickle", read_names(folder / "meta", "fine_label_names"), 100);
    read_batch(folder / "train", 100, 1, source.train);
    read_batch(folder / "test", 100, 1, *source.test);
    return source;
  }
  Source source =
      cifar_source("CIFAR-10 pickle", read_names(folder / "batches.meta", "label_names"), 10);
  for (const char* file : kTrain10)
    read_batch(folder / file, 10, std::size(kTrain10), source.train);
  read_batch(folder / "test_batch", 10, 1, *source.test);
  return source;
}

}  // namespace sagebrush::vision
