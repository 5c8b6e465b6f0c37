#pragma once

#include <cstdint>

#include "algorithms/image_classification/hyperparameters.h"

namespace sagebrush::vision {

// What the learning rates are multiplied by at a step (from 0) of `total`.
double rate_factor(const Hyperparameters& values, std::int64_t step, std::int64_t total);

}  // namespace sagebrush::vision
