#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sagebrush::vision {

// What a parameter is for; optimizers treat them differently.
enum class ParameterKind {
  kFilter,  // of a convolution
  kHead,    // of the linear layer
  kNormScale,
  kNormBias,
  kBias,
  kWhitenBias,  // of airbench's first layer
  kFixed,       // never trained
};

// A parameter's place in the flat buffers of values and gradients.
struct ParameterRange {
  std::string name;
  std::size_t begin = 0;
  std::size_t end = 0;
  ParameterKind kind = ParameterKind::kBias;
  std::int64_t rows = 1;  // outputs: values are [rows, (end - begin) / rows]
};

}  // namespace sagebrush::vision
