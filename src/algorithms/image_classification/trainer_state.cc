#include <algorithm>

#include "algorithms/image_classification/shard.h"
#include "algorithms/image_classification/trainer.h"

namespace sagebrush::vision {
namespace {

constexpr const char* kBest = "best.weights";

// The weights that are evaluated and saved stand in the network while this lives.
class Shown {
 public:
  explicit Shown(WeightAverages& averages) : averages_(averages) { averages_.exchange(); }
  ~Shown() { averages_.exchange(); }
  Shown(const Shown&) = delete;
  Shown& operator=(const Shown&) = delete;

 private:
  WeightAverages& averages_;
};

}  // namespace

Evaluation Trainer::evaluate(const ImageSet& set, TestViews views) {
  const Shown shown(*averages_);
  return vision::evaluate(*network_, set, normalization_, views, pool_, others_);
}

void Trainer::keep_best() {
  const Shown shown(*averages_);
  best_.assign(network_->values(), network_->values() + network_->parameter_count());
  best_.insert(best_.end(), network_->statistics(),
               network_->statistics() + network_->statistic_count());
}

void Trainer::use_best() {
  if (best_.empty()) return;
  const Shown shown(*averages_);
  std::copy_n(best_.begin(), network_->parameter_count(), network_->values());
  std::copy_n(best_.begin() + static_cast<std::ptrdiff_t>(network_->parameter_count()),
              network_->statistic_count(), network_->statistics());
}

std::vector<NamedTensor> Trainer::weights() {
  const Shown shown(*averages_);
  return network_->tensors();
}

std::vector<NamedTensor> Trainer::state() const {
  std::vector<NamedTensor> tensors = network_->tensors();
  for (auto& more : {optimizer_.state(), averages_->state()})
    tensors.insert(tensors.end(), more.begin(), more.end());
  if (!best_.empty()) tensors.push_back({kBest, {static_cast<std::int64_t>(best_.size())}, best_});
  return tensors;
}

void Trainer::load_state(const Safetensors& file) {
  network_->load(file);
  optimizer_.load(file);
  averages_->load(file);
  const std::size_t count = network_->parameter_count() + network_->statistic_count();
  for (const TensorView& tensor : file.tensors()) {
    if (tensor.name == kBest && tensor.count() == static_cast<std::int64_t>(count))
      best_.assign(tensor.data, tensor.data + count);
  }
  copy_statistics();
}

void Trainer::load_weights(const Safetensors& file) {
  network_->load(file);
  copy_statistics();
  // The means start from these weights, too.
  averages_ =
      std::make_unique<WeightAverages>(values_, network_->values(), network_->parameter_count(),
                                       network_->statistics(), network_->statistic_count());
}

}  // namespace sagebrush::vision
