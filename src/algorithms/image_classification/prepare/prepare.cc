#include "algorithms/image_classification/prepare/prepare.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdio>

#include "algorithms/image_classification/batch.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/prepare/class_names.h"
#include "algorithms/image_classification/prepare/split.h"
#include "algorithms/image_classification/prepared_split.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace {

// The folder itself, or the one folder in it that an unpacked archive makes.
fs::path find_root(const fs::path& input) {
  if (!fs::is_directory(input))
    user_error(input.string() +
               (fs::exists(input) ? ": is no folder; unpack it first" : ": is not there"));
  for (const char* name : {"cifar-10-batches-bin", "cifar-10-batches-py", "cifar-100-binary",
                           "cifar-100-python", "cifar10", "MNIST/raw"}) {
    if (fs::is_directory(input / name)) return input / name;
  }
  return input;
}

Source read_source(const PrepareOptions& options, WorkerPool& pool) {
  const fs::path root = find_root(options.input);
  const auto wanted = [&options](const char* format) {
    return options.format == "auto" || options.format == format;
  };
  if (wanted("cifar10") && is_cifar_binary(root)) return read_cifar_binary(root);
  if (wanted("cifar10") && is_cifar_pickle(root)) return read_cifar_pickle(root);
  if (wanted("mnist") && is_idx(root)) return read_idx(root);
  if ((wanted("imagefolder") || wanted("cifar10")) && is_image_folder(root))
    return read_image_folder(root, options.images, pool);
  std::string expected;
  if (wanted("cifar10"))
    expected += " data_batch_1.bin … test_batch.bin, or data_batch_1 … test_batch (pickles);";
  if (wanted("mnist")) expected += " train-images-idx3-ubyte[.gz] and its three companions;";
  if (wanted("imagefolder") || wanted("cifar10"))
    expected += " train/<class>/ and test/<class>/ (or <class>/ alone) with JPEG or PNG files;";
  expected.pop_back();
  user_error(root.string() + ": nothing to prepare was found; expected" + expected);
}

std::size_t images_of(double given, std::size_t count, const char* option) {
  if (!(given >= 0) || (given >= 1 && given != std::floor(given)))
    user_error(std::string(option) + ": a number of images or a share below 1 is needed");
  return static_cast<std::size_t>(given < 1 ? std::llround(given * static_cast<double>(count))
                                            : given);
}

void split(Source& source, const PrepareOptions& options) {
  // CIFAR-10 and MNIST have 50,000 and 60,000 training images; 5,000 for validation is what people
  // take.
  const bool small = source.kind == "image folders" && source.train.count() < 50000;
  const double most = small ? 0.1 : 5000;
  const auto usual = [most](std::size_t all) {
    return most >= 1 && static_cast<double>(all) <= 2 * most ? 0.1 : most;
  };
  const std::size_t all = source.train.count();
  if (!source.test) {
    const std::size_t count = images_of(options.test.value_or(usual(all)), all, "--test");
    if (count > 0)
      source.test =
          split_off(source.train, source.image_size(), count, options.seed + 1, source.classes);
  }
  if (!source.validation) {
    const std::size_t count =
        images_of(options.validation.value_or(usual(all)), all, "--validation");
    if (count > 0)
      source.validation =
          split_off(source.train, source.image_size(), count, options.seed, source.classes);
  }
}

void measure_split(Source& source, PreparedSplit& about) {
  ImageSet set;
  set.count = source.train.count();
  set.height = source.height;
  set.width = source.width;
  set.channels = source.channels;
  set.bytes.file = std::move(source.train.pixels);  // lent, not copied
  set.source = source.kind;
  const Normalization found = measure(set);
  source.train.pixels = std::move(set.bytes.file);
  for (const float mean : found.mean) about.mean.push_back(mean / 255.0);
  for (const float deviation : found.deviation) about.deviation.push_back(deviation / 255.0);
}

struct Part {
  const char* name;
  const char* word;
  const LabelledImages* images;
};

std::vector<Part> parts_of(const Source& source) {
  std::vector<Part> parts = {{"train", "Training", &source.train}};
  if (source.validation) parts.push_back({"validation", "Validation", &*source.validation});
  if (source.test) parts.push_back({"test", "Test", &*source.test});
  return parts;
}

// Replaces what an earlier run has left: images that are in two splits would not be noticed. No
// data set is whole without its training split, so that goes first and comes last: a killed run
// leaves nothing that could be trained on.
void write_splits(const Source& source, PreparedSplit about, const PrepareOptions& options) {
  std::error_code none;
  fs::remove(options.output / "manifest.json", none);
  for (const char* name : {"train", "validation", "test"})
    remove_prepared_split(options.output / name);
  std::vector<Part> parts = parts_of(source);
  std::reverse(parts.begin(), parts.end());
  for (const Part& part : parts) {
    about.split = part.name;
    write_prepared_split(options.output / part.name, about, part.images->pixels,
                         part.images->labels, options.shard_images);
  }
}

std::string four_digits(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) {
    char number[32];
    std::snprintf(number, sizeof(number), "%s%.4f", text.empty() ? "" : ", ", value);
    text += number;
  }
  return text;
}

}  // namespace

void prepare(const PrepareOptions& options, WorkerPool& pool) {
  Source source = read_source(options, pool);
  if (source.train.count() == 0) user_error(options.input.string() + ": holds no training image");
  check_class_names(source.classes, options.input.string());
  bring_to_form(source, options.images, pool);
  split(source, options);
  shuffle(source.train, source.image_size(), options.seed);
  PreparedSplit about;
  about.source = source.kind;
  about.classes = source.classes;
  about.height = source.height;
  about.width = source.width;
  about.channels = source.channels;
  about.seed = options.seed;
  measure_split(source, about);
  write_splits(source, about, options);
  boost::json::object summary{{"source", source.kind}, {"seed", options.seed}};
  for (const Part& part : parts_of(source)) {
    summary[part.name] = part.images->count();
    options.images.say(std::string(part.word) +
                       " samples: " + std::to_string(part.images->count()));
  }
  boost::json::array classes;
  std::string names;
  for (const std::string& name : source.classes) {
    classes.push_back(boost::json::string(name));
    names += (names.empty() ? "" : ", ") + name;
  }
  summary["classes"] = std::move(classes);
  summary["mean"] = boost::json::array(about.mean.begin(), about.mean.end());
  summary["deviation"] = boost::json::array(about.deviation.begin(), about.deviation.end());
  write_file_atomically(options.output / "manifest.json", boost::json::serialize(summary) + "\n");
  const auto& say = options.images.say;
  say("Image size: " + std::to_string(source.height) + "x" + std::to_string(source.width) + "x" +
      std::to_string(source.channels));
  say("Classes: " + std::to_string(source.classes.size()) + " (" +
      (source.classes.size() <= 20 ? names : names.substr(0, 200) + "…") + ")");
  say("Mean: " + four_digits(about.mean) + "; deviation: " + four_digits(about.deviation));
}

}  // namespace sagebrush::vision
