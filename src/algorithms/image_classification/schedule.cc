#include "algorithms/image_classification/schedule.h"

#include <cmath>

namespace sagebrush::vision {

double rate_factor(const Hyperparameters& values, std::int64_t step, std::int64_t total) {
  const double at = (static_cast<double>(step) + 0.5) / static_cast<double>(total);
  const double low = values.final_lr_factor;
  if (values.lr_schedule == Schedule::kLinear) return low + (1 - low) * (1 - at);
  const double warm = values.warmup_fraction;
  const double start = values.initial_lr_factor;
  if (at < warm) return start + (1 - start) * at / warm;
  const double rest = (1 - at) / (1 - warm);
  switch (values.lr_schedule) {
    case Schedule::kOneCycle: return low + (1 - low) * rest;
    case Schedule::kCosine: return low + (1 - low) * 0.5 * (1 - std::cos(M_PI * rest));
    case Schedule::kLinear:
    case Schedule::kConstant: break;
  }
  return 1;
}

}  // namespace sagebrush::vision
