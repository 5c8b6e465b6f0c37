#include "algorithms/image_classification/whitening.h"

#include <gtest/gtest.h>

#include <cmath>

#include "algorithms/image_classification/random.h"

namespace sagebrush::vision {
namespace {

TEST(EigenSymmetric, FindsWhatMadeTheMatrix) {
  const Eigen eigen = eigen_symmetric({2, 1, 0, 1, 2, 0, 0, 0, 5}, 3);
  EXPECT_NEAR(eigen.values[0], 5, 1e-12);
  EXPECT_NEAR(eigen.values[1], 3, 1e-12);
  EXPECT_NEAR(eigen.values[2], 1, 1e-12);
  EXPECT_NEAR(std::abs(eigen.vectors[3]), std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(eigen.vectors[3], eigen.vectors[4], 1e-12);
}

TEST(WhiteningFilters, MakePatchesUncorrelatedWithUnitVariance) {
  constexpr std::size_t kCount = 50;
  Random random(1, Random::Stream::kOrder);
  std::vector<float> images(kCount * 8 * 8 * 3);
  for (std::size_t i = 0; i < images.size(); ++i)  // neighbours are alike
    images[i] = random.symmetric(1) + (i >= 3 ? 0.9F * images[i - 3] : 0.0F);
  const std::vector<float> filters = whitening_filters(images, kCount, 8, 8, 3, 2, 1e-9);
  ASSERT_EQ(filters.size(), 24U * 12U);
  std::vector<double> product(12 * 12);
  double patches = 0;
  for (std::size_t n = 0; n < kCount; ++n) {
    for (std::size_t y = 0; y < 7; ++y) {
      for (std::size_t x = 0; x < 7; ++x, ++patches) {
        double out[12] = {};
        for (std::size_t f = 0; f < 12; ++f) {
          for (std::size_t k = 0; k < 12; ++k)
            out[f] +=
                filters[f * 12 + k] * images[((n * 8 + y + k / 6) * 8 + x + k % 6 / 3) * 3 + k % 3];
        }
        for (std::size_t i = 0; i < 144; ++i) product[i] += out[i / 12] * out[i % 12];
      }
    }
  }
  for (std::size_t i = 0; i < 144; ++i)
    EXPECT_NEAR(product[i] / patches, i / 12 == i % 12 ? 1 : 0, 1e-3);
  for (std::size_t i = 0; i < 144; ++i) EXPECT_EQ(filters[i], -filters[144 + i]);
}

}  // namespace
}  // namespace sagebrush::vision
