#pragma once

#include <cstdint>
#include <vector>

#include "algorithms/image_classification/hyperparameters.h"
#include "algorithms/image_classification/named_tensor.h"
#include "algorithms/image_classification/safetensors.h"

namespace sagebrush::vision {

// Running means of parameters and statistics: Lookahead (Zhang et al. 2019, in airbench's form),
// which pulls the weights to their mean every few steps, and EMA, which is evaluated in their
// stead.
class WeightAverages {
 public:
  // parameters, statistics: where they lie, as long as this lives.
  WeightAverages(const Hyperparameters& values, float* parameters, std::size_t parameter_count,
                 float* statistics, std::size_t statistic_count);

  // After the optimizer's step `step` (from 0) of `total`.
  void update(std::int64_t step, std::int64_t total);

  bool has_ema() const { return !ema_.empty(); }
  // Exchanges the weights and their EMA, where there is one.
  void exchange();

  std::vector<NamedTensor> state() const;
  void load(const Safetensors& file);

 private:
  template <typename Body>
  void each(std::vector<float>& mean, const Body& body);

  const Hyperparameters& values_;
  float* parameters_;
  std::size_t parameter_count_;
  float* statistics_;
  std::size_t statistic_count_;
  std::vector<float> slow_;  // Lookahead's
  std::vector<float> ema_;
};

}  // namespace sagebrush::vision
