#pragma once

#include <cstdint>

#include "algorithms/image_classification/hyperparameters.h"

namespace sagebrush::vision {

// How one image is changed on its way into a batch.
struct ImageChange {
  int down = 0;  // pixels it is moved
  int right = 0;
  bool reflect = false;  // what comes in is its reflection, else black
  bool mirror = false;
  int hole_top = 0;  // a blanked square; hole_side 0: none
  int hole_left = 0;
  int hole_side = 0;
  float brightness = 1;
  float contrast = 1;
  float saturation = 1;

  bool recolors() const { return brightness != 1 || contrast != 1 || saturation != 1; }
};

// Draws the changes of training images: a function of the seed, the epoch and the image's number
// alone, so that neither threads nor hosts nor an interruption change them.
class Augmentation {
 public:
  Augmentation(const Hyperparameters& values, std::size_t height, std::size_t width);

  ImageChange draw(std::int64_t epoch, std::uint32_t image) const;

 private:
  const Hyperparameters& values_;
  int height_;
  int width_;
};

}  // namespace sagebrush::vision
