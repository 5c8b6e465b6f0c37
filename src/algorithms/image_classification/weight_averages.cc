#include "algorithms/image_classification/weight_averages.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sagebrush::vision {
namespace {

constexpr const char* kSlow = "average.lookahead";
constexpr const char* kEma = "average.ema";

}  // namespace

WeightAverages::WeightAverages(const Hyperparameters& values, float* parameters,
                               std::size_t parameter_count, float* statistics,
                               std::size_t statistic_count)
    : values_(values),
      parameters_(parameters),
      parameter_count_(parameter_count),
      statistics_(statistics),
      statistic_count_(statistic_count) {
  for (const auto& [wanted, mean] :
       {std::pair(values.lookahead_steps > 0, &slow_), std::pair(values.ema_decay > 0, &ema_)}) {
    if (!wanted) continue;
    mean->assign(parameters, parameters + parameter_count);
    mean->insert(mean->end(), statistics, statistics + statistic_count);
  }
}

// body(mean, weight) for each.
template <typename Body>
void WeightAverages::each(std::vector<float>& mean, const Body& body) {
  for (std::size_t i = 0; i < parameter_count_; ++i) body(mean[i], parameters_[i]);
  for (std::size_t i = 0; i < statistic_count_; ++i)
    body(mean[parameter_count_ + i], statistics_[i]);
}

void WeightAverages::update(std::int64_t step, std::int64_t total) {
  const std::int64_t done = step + 1;
  if (!slow_.empty() && (done % values_.lookahead_steps == 0 || done == total)) {
    const double at = static_cast<double>(done) / static_cast<double>(total);
    const double kept =
        std::pow(values_.lookahead_decay, static_cast<double>(values_.lookahead_steps)) * at * at *
        at;
    // The last weights are the mean itself.
    const auto fresh =
        static_cast<float>(done == total && done % values_.lookahead_steps != 0 ? 0 : 1 - kept);
    each(slow_, [fresh](float& mean, float& weight) {
      mean += fresh * (weight - mean);
      weight = mean;
    });
  }
  if (!ema_.empty()) {
    // Young means forget faster, or they would hold the first weights for long.
    const double young = (1 + static_cast<double>(step)) / (10 + static_cast<double>(step));
    const auto fresh = static_cast<float>(1 - std::min(values_.ema_decay, young));
    each(ema_, [fresh](float& mean, float& weight) { mean += fresh * (weight - mean); });
  }
}

void WeightAverages::exchange() {
  if (!ema_.empty()) each(ema_, [](float& mean, float& weight) { std::swap(mean, weight); });
}

std::vector<NamedTensor> WeightAverages::state() const {
  std::vector<NamedTensor> tensors;
  if (!slow_.empty()) tensors.push_back({kSlow, {static_cast<std::int64_t>(slow_.size())}, slow_});
  if (!ema_.empty()) tensors.push_back({kEma, {static_cast<std::int64_t>(ema_.size())}, ema_});
  return tensors;
}

void WeightAverages::load(const Safetensors& file) {
  const auto read = [&file](const char* name, std::vector<float>& into) {
    if (into.empty()) return;
    const TensorView& saved = file.get(name, {static_cast<std::int64_t>(into.size())});
    std::copy_n(saved.data, into.size(), into.begin());
  };
  read(kSlow, slow_);
  read(kEma, ema_);
}

}  // namespace sagebrush::vision
