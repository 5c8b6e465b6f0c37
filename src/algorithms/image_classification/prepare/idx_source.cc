#include <algorithm>

#include "algorithms/image_classification/dataset.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/prepare/source.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace {

LabelledImages take(const ImageSet& set, const Source& source) {
  if (!set.is_uint8()) user_error(set.source + ": only images of bytes can be prepared");
  if (set.height != source.height || set.width != source.width || set.channels != source.channels)
    user_error(set.source + ": its images are of another size than the training images");
  LabelledImages images;
  images.pixels.assign(set.bytes.data(), set.bytes.data() + set.count * set.image_size());
  images.labels = set.labels;
  return images;
}

}  // namespace

bool is_idx(const fs::path& folder) {
  return has_array_files(folder);
}

Source read_idx(const fs::path& folder) {
  const Dataset data = load_dataset({{"train", folder}});
  Source source;
  source.kind = "IDX or .npy arrays";
  source.height = data.train.height;
  source.width = data.train.width;
  source.channels = data.train.channels;
  source.train = take(data.train, source);
  source.test = take(data.validation, source);
  const std::size_t classes = count_classes(data);
  for (std::size_t i = 0; i < classes; ++i) source.classes.push_back(std::to_string(i));
  return source;
}

}  // namespace sagebrush::vision
