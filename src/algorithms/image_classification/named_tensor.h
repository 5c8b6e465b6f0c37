#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "algorithms/image_classification/safetensors.h"

namespace sagebrush::vision {

// A float32 tensor by value, row-major.
struct NamedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;

  TensorView view() const { return {name, shape, values.data()}; }
};

}  // namespace sagebrush::vision
