#include "algorithms/image_classification/optimizer.h"

#include <algorithm>
#include <cmath>

#include "algorithms/image_classification/schedule.h"
#include "algorithms/image_classification/worker_pool.h"

namespace sagebrush::vision {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 16;  // parameters of a task
constexpr const char* kVelocity = "optimizer.velocity";
constexpr const char* kSquare = "optimizer.square";

double length(const float* values, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(values[i]) * values[i];
  return std::sqrt(sum);
}

}  // namespace

Optimizer::Optimizer(const Hyperparameters& values, std::vector<ParameterRange> ranges,
                     std::size_t count, Orthogonalize orthogonalize)
    : values_(values),
      ranges_(std::move(ranges)),
      orthogonalize_(std::move(orthogonalize)),
      velocity_(count),
      square_(values.optimizer == OptimizerKind::kAdamw ? count : 0) {
  for (const ParameterRange& range : ranges_) {
    if (range.kind == ParameterKind::kFixed) continue;
    const std::size_t block = uses_muon(range) ? range.end - range.begin : kBlock;
    for (std::size_t begin = range.begin; begin < range.end; begin += block)
      tasks_.push_back({&range, begin, std::min(begin + block, range.end)});
  }
}

bool Optimizer::uses_muon(const ParameterRange& range) const {
  return values_.optimizer == OptimizerKind::kMuon && range.kind == ParameterKind::kFilter;
}

bool Optimizer::trains(const ParameterRange& range, double epoch) const {
  if (range.kind == ParameterKind::kWhitenBias) return epoch < values_.whiten_bias_epochs;
  return range.kind != ParameterKind::kFixed;
}

Optimizer::Rates Optimizer::rates_of(const ParameterRange& range, const StepTime& time) const {
  double factor = rate_factor(values_, time.step, time.total);
  const bool weight = range.kind == ParameterKind::kFilter || range.kind == ParameterKind::kHead;
  double decay = weight || values_.weight_decay_rule == DecayRule::kAll ? values_.weight_decay : 0;
  if (uses_muon(range)) return {static_cast<float>(values_.muon_learning_rate * factor), 0};
  double rate = values_.learning_rate;
  const bool whiten = range.kind == ParameterKind::kWhitenBias;
  // In the recipe with Muon the whitening bias is one of the fast ones and has a fall of its own.
  const bool own_fall = whiten && values_.optimizer == OptimizerKind::kMuon;
  if (own_fall) factor = 1 - time.epoch / values_.whiten_bias_epochs;
  if (range.kind == ParameterKind::kNormBias || own_fall) {
    rate *= values_.norm_bias_lr_factor;
    decay /= values_.norm_bias_lr_factor;
  }
  return {static_cast<float>(rate * factor), static_cast<float>(decay)};
}

void Optimizer::step(float* parameters, const float* gradients, const StepTime& time,
                     WorkerPool& pool) {
  pool.run(static_cast<int>(tasks_.size()), [&](int number) {
    const Task& task = tasks_[static_cast<std::size_t>(number)];
    if (!trains(*task.range, time.epoch)) return;
    const Rates rates = rates_of(*task.range, time);
    if (uses_muon(*task.range)) {
      step_muon(task, rates.rate, parameters, gradients);
    } else if (values_.optimizer == OptimizerKind::kAdamw) {
      step_adamw(task, rates, time.step, parameters, gradients);
    } else {
      step_sgd(task, rates, parameters, gradients);
    }
  });
}

// v = momentum v + g; p -= rate (g + momentum v), or p -= rate v without Nesterov.
void Optimizer::step_sgd(const Task& task, Rates rates, float* parameters, const float* gradients) {
  const auto momentum = static_cast<float>(values_.momentum);
  const bool nesterov = values_.optimizer != OptimizerKind::kSgd;
  const float of_gradient = nesterov ? rates.rate : 0.0F;
  const float of_velocity = nesterov ? rates.rate * momentum : rates.rate;
  float* const velocity = velocity_.data();
  for (std::size_t i = task.begin; i < task.end; ++i) {
    const float g = gradients[i] + rates.decay * parameters[i];
    velocity[i] = momentum * velocity[i] + g;
    parameters[i] -= of_gradient * g + of_velocity * velocity[i];
  }
}

void Optimizer::step_adamw(const Task& task, Rates rates, std::int64_t step, float* parameters,
                           const float* gradients) {
  const auto b1 = static_cast<float>(values_.beta_1);
  const auto b2 = static_cast<float>(values_.beta_2);
  const double t = static_cast<double>(step) + 1;
  const auto size =
      static_cast<float>(static_cast<double>(rates.rate) / (1 - std::pow(values_.beta_1, t)));
  const auto root = static_cast<float>(1 / std::sqrt(1 - std::pow(values_.beta_2, t)));
  const auto eps = static_cast<float>(values_.eps);
  const float keep = 1 - rates.rate * rates.decay;
  for (std::size_t i = task.begin; i < task.end; ++i) {
    const float g = gradients[i];
    velocity_[i] = b1 * velocity_[i] + (1 - b1) * g;
    square_[i] = b2 * square_[i] + (1 - b2) * g * g;
    parameters[i] =
        parameters[i] * keep - size * velocity_[i] / (std::sqrt(square_[i]) * root + eps);
  }
}

void Optimizer::step_muon(const Task& task, float rate, float* parameters, const float* gradients) {
  const std::size_t count = task.end - task.begin;
  const auto momentum = static_cast<float>(values_.muon_momentum);
  float* const velocity = velocity_.data() + task.begin;
  float* const weights = parameters + task.begin;
  const float* const gradient = gradients + task.begin;
  std::vector<float> update(count);
  for (std::size_t i = 0; i < count; ++i) {
    velocity[i] = momentum * velocity[i] + gradient[i];
    update[i] = gradient[i] + momentum * velocity[i];
  }
  const std::int64_t rows = task.range->rows;
  orthogonalize_(update.data(), rows, static_cast<std::int64_t>(count) / rows);
  const auto scale = static_cast<float>(std::sqrt(static_cast<double>(rows)) /
                                        std::max(length(weights, count), 1e-12));
  for (std::size_t i = 0; i < count; ++i) weights[i] = weights[i] * scale - rate * update[i];
}

std::vector<NamedTensor> Optimizer::state() const {
  std::vector<NamedTensor> tensors;
  tensors.push_back({kVelocity, {static_cast<std::int64_t>(velocity_.size())}, velocity_});
  if (!square_.empty())
    tensors.push_back({kSquare, {static_cast<std::int64_t>(square_.size())}, square_});
  return tensors;
}

void Optimizer::load(const Safetensors& file) {
  const auto read = [&file](const char* name, std::vector<float>& into) {
    if (into.empty()) return;
    const TensorView& saved = file.get(name, {static_cast<std::int64_t>(into.size())});
    std::copy_n(saved.data, into.size(), into.begin());
  };
  read(kVelocity, velocity_);
  read(kSquare, square_);
}

double clip_gradient(const std::vector<ParameterRange>& ranges, float* gradients, double limit) {
  double sum = 0;
  for (const ParameterRange& range : ranges) {
    const double part = length(gradients + range.begin, range.end - range.begin);
    sum += part * part;
  }
  const double whole = std::sqrt(sum);
  if (limit > 0 && whole > limit) {
    const auto scale = static_cast<float>(limit / (whole + 1e-6));
    for (const ParameterRange& range : ranges) {
      for (std::size_t i = range.begin; i < range.end; ++i) gradients[i] *= scale;
    }
  }
  return whole;
}

}  // namespace sagebrush::vision
