#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "algorithms/image_classification/hyperparameters.h"
#include "algorithms/image_classification/named_tensor.h"
#include "algorithms/image_classification/parameter_range.h"
#include "algorithms/image_classification/safetensors.h"

namespace sagebrush::vision {

class WorkerPool;

// Replaces a matrix [rows, columns] by the nearest orthogonal one, roughly.
using Orthogonalize = std::function<void(float* matrix, std::int64_t rows, std::int64_t columns)>;

// When a step happens.
struct StepTime {
  std::int64_t step = 0;  // from 0, over all epochs
  std::int64_t total = 1;
  double epoch = 0;  // with its fraction
};

// SGD, SGD with Nesterov's momentum and AdamW as torch.optim has them; Muon (Keller Jordan, 2024)
// for filters with Nesterov's momentum for the rest. Works on flat buffers; its result does not
// depend on the number of threads.
class Optimizer {
 public:
  Optimizer(const Hyperparameters& values, std::vector<ParameterRange> ranges, std::size_t count,
            Orthogonalize orthogonalize);

  // gradients: of the mean loss over the batch.
  void step(float* parameters, const float* gradients, const StepTime& time, WorkerPool& pool);

  // Whether a range is trained in an epoch (from 0, with its fraction).
  bool trains(const ParameterRange& range, double epoch) const;

  std::vector<NamedTensor> state() const;
  void load(const Safetensors& file);

 private:
  struct Task {
    const ParameterRange* range;
    std::size_t begin;
    std::size_t end;
  };
  struct Rates {
    float rate;
    float decay;
  };

  bool uses_muon(const ParameterRange& range) const;
  Rates rates_of(const ParameterRange& range, const StepTime& time) const;
  void step_sgd(const Task& task, Rates rates, float* parameters, const float* gradients);
  void step_adamw(const Task& task, Rates rates, std::int64_t step, float* parameters,
                  const float* gradients);
  void step_muon(const Task& task, float rate, float* parameters, const float* gradients);

  const Hyperparameters& values_;
  std::vector<ParameterRange> ranges_;
  std::vector<Task> tasks_;
  Orthogonalize orthogonalize_;
  std::vector<float> velocity_;  // the mean gradient, of adamw
  std::vector<float> square_;    // of adamw
};

// Shortens the gradient to `limit` when it is longer (torch.nn.utils.clip_grad_norm_); returns its
// length before.
double clip_gradient(std::vector<ParameterRange> const& ranges, float* gradients, double limit);

}  // namespace sagebrush::vision
