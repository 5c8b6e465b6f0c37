#include <algorithm>

#include "algorithms/image_classification/dataset.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/prepare/source.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace {

std::int64_t highest_label(const ImageSet& set) {
  return *std::max_element(set.labels.begin(), set.labels.end());
}

// Takes the pixels out of the set.
LabelledImages take(ImageSet& set, const Source& source) {
  if (!set.is_uint8()) user_error(set.source + ": only images of bytes can be prepared");
  if (set.height != source.height || set.width != source.width || set.channels != source.channels)
    user_error(set.source + ": its images are of another size than the training images");
  if (highest_label(set) >= static_cast<std::int64_t>(source.classes.size()))
    user_error(set.source + ": its labels go to " + std::to_string(highest_label(set)) +
               ", the training labels only to " + std::to_string(source.classes.size() - 1));
  LabelledImages images;
  images.pixels = std::move(set.bytes.file);
  images.pixels.erase(images.pixels.begin(),
                      images.pixels.begin() + static_cast<std::ptrdiff_t>(set.bytes.offset));
  images.pixels.resize(set.count * set.image_size());
  images.labels = std::move(set.labels);
  return images;
}

}  // namespace

bool is_idx(const fs::path& folder) {
  return has_array_files(folder);
}

Source read_idx(const fs::path& folder) {
  ArraySplits splits = load_array_splits(folder);
  Source source;
  source.kind = "IDX or .npy arrays";
  source.height = splits.train.height;
  source.width = splits.train.width;
  source.channels = splits.train.channels;
  const std::int64_t classes = highest_label(splits.train) + 1;
  if (classes < 2)
    user_error(splits.train.source + ": all labels are 0; at least two classes are needed");
  for (std::int64_t i = 0; i < classes; ++i) source.classes.push_back(std::to_string(i));
  source.train = take(splits.train, source);
  if (splits.validation) source.validation = take(*splits.validation, source);
  if (splits.test) source.test = take(*splits.test, source);
  return source;
}

}  // namespace sagebrush::vision
