#pragma once

#include <cstdint>

#include "algorithms/image_classification/hyperparameters.h"

namespace sagebrush::vision {

// The learning rate of step `step` (from 0) of `total`.
double learning_rate(const Hyperparameters& values, std::int64_t step, std::int64_t total);

}  // namespace sagebrush::vision
