#include "algorithms/image_classification/schedule.h"

#include <cmath>

namespace sagebrush::vision {

double learning_rate(const Hyperparameters& values, std::int64_t step, std::int64_t total) {
  const double at = (static_cast<double>(step) + 0.5) / static_cast<double>(total);
  const double warm = values.warmup_fraction;
  if (at < warm) return values.learning_rate * at / warm;
  const double rest = (1 - at) / (1 - warm);
  switch (values.lr_schedule) {
    case Schedule::kOneCycle: return values.learning_rate * rest;
    case Schedule::kCosine: return values.learning_rate * 0.5 * (1 - std::cos(M_PI * rest));
    case Schedule::kConstant: break;
  }
  return values.learning_rate;
}

}  // namespace sagebrush::vision
