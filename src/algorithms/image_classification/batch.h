#pragma once

#include <cstdint>
#include <vector>

#include "algorithms/image_classification/dataset.h"

namespace sagebrush::vision {

// Per channel: what is taken from a pixel and what it is then divided by.
struct Normalization {
  std::vector<float> mean;
  std::vector<float> deviation;
};

// Mean and deviation of a set's pixels. Throws Error{kUser} when all pixels of a channel are equal.
Normalization measure(const ImageSet& set);

struct Shift {
  std::int8_t down = 0;
  std::int8_t right = 0;
};

// Gathers images `indices[0..n)` into out, float32 [n, H, W, C], normalised and shifted; pixels
// that come from outside are raw 0. shifts: n, or nullptr for none. labels: n. Allocates a few
// floats a call, no image.
void fill_batch(const ImageSet& set, const Normalization& normalization,
                const std::uint32_t* indices, std::size_t n, const Shift* shifts, float* out,
                std::int64_t* labels);

}  // namespace sagebrush::vision
