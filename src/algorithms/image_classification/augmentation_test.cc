#include "algorithms/image_classification/augmentation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "algorithms/image_classification/batch.h"

namespace sagebrush::vision {
namespace {

// One image of 4x5 pixels whose values are 10, 11, 12, … from the upper left.
ImageSet numbered(std::size_t channels = 1) {
  Array images;
  images.shape = {1, 4, 5, channels};
  for (std::size_t i = 0; i < 20 * channels; ++i)
    images.file.push_back(static_cast<std::uint8_t>(10 + i));
  return make_image_set(std::move(images), "images", std::vector<std::int64_t>{0}, "labels");
}

std::vector<float> filled(const ImageSet& set, const ImageChange& change) {
  const Normalization as_is{std::vector<float>(set.channels, 0.0F),
                            std::vector<float>(set.channels, 1.0F)};
  std::vector<float> out(set.image_size());
  std::vector<float> scratch;
  BatchFiller(set, as_is).fill(0, change, out.data(), scratch);
  return out;
}

TEST(BatchFiller, MovesMirrorsAndBlanks) {
  const ImageSet set = numbered();
  ImageChange change;
  EXPECT_EQ(filled(set, change)[7], 17);
  change.mirror = true;
  EXPECT_EQ(filled(set, change)[0], 14);
  change.mirror = false;
  change.down = 1;
  change.right = -2;
  EXPECT_EQ(filled(set, change)[0], 0);   // from above
  EXPECT_EQ(filled(set, change)[5], 12);  // row 0, column 2
  EXPECT_EQ(filled(set, change)[9], 0);   // from the right
  change.reflect = true;
  EXPECT_EQ(filled(set, change)[0], 17);  // row 1 is row 0's reflection
  EXPECT_EQ(filled(set, change)[9], 12);  // column 6 is column 2
  change = {};
  change.hole_top = 1;
  change.hole_left = 2;
  change.hole_side = 2;
  const std::vector<float> holed = filled(set, change);
  EXPECT_EQ(std::count(holed.begin(), holed.end(), 0.0F), 4);
  EXPECT_EQ(holed[7], 0);
}

TEST(BatchFiller, ColoursChangeAsTorchvisionsDo) {
  const ImageSet set = numbered(3);
  ImageChange change;
  change.brightness = 2;
  EXPECT_EQ(filled(set, change)[4], 28);
  change.brightness = 1;
  change.saturation = 0;
  const std::vector<float> grey = filled(set, change);
  EXPECT_NEAR(grey[0], 0.299 * 10 + 0.587 * 11 + 0.114 * 12, 1e-4);
  EXPECT_EQ(grey[0], grey[2]);
  change.saturation = 1;
  change.contrast = 0;
  const std::vector<float> flat = filled(set, change);
  EXPECT_EQ(flat.front(), flat.back());
}

TEST(Augmentation, IsAFunctionOfSeedEpochAndImage) {
  const Hyperparameters values = parse_hyperparameters(
      {{"model", "resnet18"}, {"random_flip", "alternating"}, {"cutout", "8"}, {"seed", "3"}});
  const Augmentation augmentation(values, 32, 32);
  int mirrored = 0;
  int same_place = 0;
  for (std::uint32_t image = 0; image < 400; ++image) {
    const ImageChange first = augmentation.draw(0, image);
    const ImageChange again = augmentation.draw(0, image);
    const ImageChange next = augmentation.draw(1, image);
    EXPECT_EQ(first.down, again.down);
    EXPECT_EQ(first.hole_left, again.hole_left);
    EXPECT_NE(first.mirror, next.mirror);  // the other half each epoch
    EXPECT_LE(std::abs(first.down), 4);
    EXPECT_TRUE(first.reflect);
    EXPECT_LE(first.hole_left + first.hole_side, 32);
    mirrored += first.mirror ? 1 : 0;
    same_place += first.down == next.down && first.right == next.right ? 1 : 0;
  }
  EXPECT_NEAR(mirrored, 200, 50);
  EXPECT_LT(same_place, 25);
}

}  // namespace
}  // namespace sagebrush::vision
