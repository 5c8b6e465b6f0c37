#include "algorithms/image_classification/augmentation.h"

#include <algorithm>

#include "algorithms/image_classification/random.h"

namespace sagebrush::vision {

Augmentation::Augmentation(const Hyperparameters& values, std::size_t height, std::size_t width)
    : values_(values), height_(static_cast<int>(height)), width_(static_cast<int>(width)) {}

ImageChange Augmentation::draw(std::int64_t epoch, std::uint32_t image) const {
  const auto seed = static_cast<std::uint64_t>(values_.seed);
  Random random(seed, Random::Stream::kChange, static_cast<std::uint64_t>(epoch) << 32 | image);
  ImageChange change;
  const auto reach = static_cast<int>(std::max(values_.random_shift, values_.random_crop));
  if (reach > 0) {
    change.down = static_cast<int>(random.below(static_cast<std::uint32_t>(2 * reach + 1))) - reach;
    change.right =
        static_cast<int>(random.below(static_cast<std::uint32_t>(2 * reach + 1))) - reach;
    change.reflect = values_.random_crop > 0;
  }
  if (values_.random_flip == Flip::kRandom) {
    change.mirror = random.below(2) == 1;
  } else if (values_.random_flip == Flip::kAlternating) {
    change.mirror =
        (Random(seed, Random::Stream::kMirror, image).below(2) == 1) != (epoch % 2 == 1);
  }
  if (values_.cutout > 0) {
    change.hole_side =
        static_cast<int>(std::min<std::int64_t>(values_.cutout, std::min(height_, width_)));
    change.hole_top =
        static_cast<int>(random.below(static_cast<std::uint32_t>(height_ - change.hole_side + 1)));
    change.hole_left =
        static_cast<int>(random.below(static_cast<std::uint32_t>(width_ - change.hole_side + 1)));
  }
  if (values_.color_jitter > 0) {
    const auto limit = static_cast<float>(values_.color_jitter);
    change.brightness = 1 + random.symmetric(limit);
    change.contrast = 1 + random.symmetric(limit);
    change.saturation = 1 + random.symmetric(limit);
  }
  return change;
}

}  // namespace sagebrush::vision
