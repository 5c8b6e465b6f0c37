#include <algorithm>

#include "algorithms/image_classification/dataset.h"
#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

constexpr std::size_t kMinSide = 4;
constexpr std::size_t kMaxSide = 4096;
constexpr std::int64_t kMaxClasses = 65536;

bool is_channel_count(std::size_t n) {
  return n == 1 || n == 3 || n == 4;
}

std::string shape_text(const Array& array) {
  std::string text;
  for (const std::size_t size : array.shape)
    text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

// [N, C, H, W] → [N, H, W, C].
template <typename T>
void to_channels_last(std::vector<T>& values, const ImageSet& set) {
  std::vector<T> image(set.image_size());
  const std::size_t plane = set.height * set.width;
  for (std::size_t n = 0; n < set.count; ++n) {
    T* const start = values.data() + n * image.size();
    std::copy(start, start + image.size(), image.begin());
    for (std::size_t p = 0; p < plane; ++p) {
      for (std::size_t c = 0; c < set.channels; ++c)
        start[p * set.channels + c] = image[c * plane + p];
    }
  }
}

// Returns whether the images' channels come first.
bool read_image_shape(const Array& images, const std::string& name, ImageSet& set) {
  const std::vector<std::size_t>& shape = images.shape;
  bool channels_first = false;
  if (shape.size() == 3) {
    set.channels = 1;
    set.height = shape[1];
    set.width = shape[2];
  } else if (shape.size() == 4 && (is_channel_count(shape[3]) || is_channel_count(shape[1]))) {
    // A side has 4 pixels or more, so of two possible readings the one with fewer channels is
    // right.
    channels_first =
        is_channel_count(shape[1]) && (!is_channel_count(shape[3]) || shape[1] < shape[3]);
    set.channels = channels_first ? shape[1] : shape[3];
    set.height = channels_first ? shape[2] : shape[1];
    set.width = channels_first ? shape[3] : shape[2];
  } else {
    user_error(name + ": has shape " + shape_text(images) +
               "; images must be N x height x width, or N x height x width x channels (1, 3 or 4)" +
               (shape.size() == 1 ? "; are images and labels swapped?" : ""));
  }
  set.count = shape[0];
  if (set.count == 0) user_error(name + ": holds no image");
  if (std::min(set.height, set.width) < kMinSide || std::max(set.height, set.width) > kMaxSide)
    user_error(name + ": images are " + std::to_string(set.height) + "x" +
               std::to_string(set.width) + " pixels; each side must be " +
               std::to_string(kMinSide) + " to " + std::to_string(kMaxSide));
  return channels_first;
}

}  // namespace

ImageSet make_image_set(Array images, const std::string& images_name, const Array& labels,
                        const std::string& labels_name) {
  ImageSet shape;
  read_image_shape(images, images_name, shape);  // swapped files are best told by the images
  if (labels.shape.size() != 1)
    user_error(labels_name + ": has shape " + shape_text(labels) +
               "; labels must be one integer an image" +
               (labels.shape.size() == 3 ? "; are images and labels swapped?" : ""));
  return make_image_set(std::move(images), images_name, to_integers(labels, labels_name),
                        labels_name);
}

ImageSet make_image_set(Array images, const std::string& images_name,
                        std::vector<std::int64_t> labels, const std::string& labels_name) {
  ImageSet set;
  set.source = images_name;
  const bool channels_first = read_image_shape(images, images_name, set);
  set.labels = std::move(labels);
  if (set.labels.size() != set.count)
    user_error(labels_name + ": holds " + std::to_string(set.labels.size()) + " labels, but " +
               images_name + " holds " + std::to_string(set.count) + " images");
  for (std::size_t i = 0; i < set.count; ++i) {
    if (set.labels[i] < 0 || set.labels[i] >= kMaxClasses)
      user_error(labels_name + ": label " + std::to_string(set.labels[i]) + " of image " +
                 std::to_string(i) + " is outside 0 to " + std::to_string(kMaxClasses - 1));
  }
  if (images.type == ElementType::kUint8 && !channels_first) {
    set.bytes = std::move(images);
  } else {
    set.floats = to_floats(images, images_name);
    if (channels_first) to_channels_last(set.floats, set);
  }
  return set;
}

std::size_t count_classes(const Dataset& data) {
  const auto highest = [](const ImageSet& set) {
    return *std::max_element(set.labels.begin(), set.labels.end());
  };
  const std::int64_t train = highest(data.train);
  const auto named = static_cast<std::int64_t>(data.train.class_names.size());
  if (named != 0 && train >= named)
    user_error(data.train.source + ": has a label " + std::to_string(train) + " but names " +
               std::to_string(named) + " classes");
  const std::int64_t classes = std::max(train + 1, named);
  if (classes < 2)
    user_error(data.train.source + ": all labels are 0; at least two classes are needed");
  const auto check = [&](const ImageSet& set, const char* what) {
    if (highest(set) >= classes)
      user_error(set.source + ": the " + what + " labels go to " + std::to_string(highest(set)) +
                 ", the training labels only to " + std::to_string(classes - 1));
  };
  check(data.validation, "test");
  if (data.test) check(*data.test, "test");
  return static_cast<std::size_t>(classes);
}

}  // namespace sagebrush::vision
