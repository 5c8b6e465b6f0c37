#include "algorithms/image_classification/trainer.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <numeric>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/network.h"
#include "algorithms/image_classification/random.h"
#include "algorithms/image_classification/schedule.h"

namespace sagebrush::vision {
namespace {

constexpr std::size_t kEvaluationBatch = 500;
constexpr const char* kVelocity = "optimizer.velocity";

std::int64_t count_correct(const at::Tensor& logits, const std::int64_t* labels) {
  const at::Tensor plain = logits.contiguous();
  const auto* row = plain.data_ptr<float>();
  const std::int64_t classes = plain.size(1);
  std::int64_t correct = 0;
  for (std::int64_t i = 0; i < plain.size(0); ++i, row += classes)
    correct += std::max_element(row, row + classes) - row == labels[i] ? 1 : 0;
  return correct;
}

at::Tensor image_buffer(std::size_t n, const ImageSet& set) {
  return at::empty({static_cast<std::int64_t>(n), static_cast<std::int64_t>(set.channels),
                    static_cast<std::int64_t>(set.height), static_cast<std::int64_t>(set.width)},
                   at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
}

}  // namespace

void set_threads(int threads) {
  at::set_num_threads(threads);
}

double measure_accuracy(Network& network, const ImageSet& set, const Normalization& normalization) {
  const NetworkSpec& spec = network.spec();
  if (spec.channels != static_cast<std::int64_t>(set.channels) ||
      spec.height != static_cast<std::int64_t>(set.height) ||
      spec.width != static_cast<std::int64_t>(set.width))
    user_error(set.source + ": its images are " + std::to_string(set.height) + "x" +
               std::to_string(set.width) + "x" + std::to_string(set.channels) +
               ", the network was trained on " + std::to_string(spec.height) + "x" +
               std::to_string(spec.width) + "x" + std::to_string(spec.channels));
  const std::size_t batch = std::min(kEvaluationBatch, set.count);
  const at::Tensor images = image_buffer(batch, set);
  std::vector<std::int64_t> labels(batch);
  std::vector<std::uint32_t> indices(batch);
  std::int64_t correct = 0;
  for (std::size_t start = 0; start < set.count; start += batch) {
    const std::size_t n = std::min(batch, set.count - start);
    std::iota(indices.begin(), indices.end(), static_cast<std::uint32_t>(start));
    fill_batch(set, normalization, indices.data(), n, nullptr, images.data_ptr<float>(),
               labels.data());
    correct += count_correct(
        network.forward(images.narrow(0, 0, static_cast<std::int64_t>(n)), false), labels.data());
  }
  return static_cast<double>(correct) / static_cast<double>(set.count);
}

struct Trainer::Buffers {
  at::Tensor images;
  at::Tensor labels;
  std::vector<Shift> shifts;
};

Trainer::Trainer(const Hyperparameters& values, NetworkSpec spec, const ImageSet& train,
                 Normalization normalization)
    : values_(values),
      train_(train),
      normalization_(std::move(normalization)),
      network_(std::make_unique<Network>(std::move(spec), static_cast<std::uint64_t>(values.seed))),
      batch_size_(std::min(values.batch_size, static_cast<std::int64_t>(train.count))),
      steps_per_epoch_(static_cast<std::int64_t>(train.count) / batch_size_),
      velocity_(network_->parameter_count()),
      buffers_(std::make_unique<Buffers>()) {
  const auto batch = static_cast<std::size_t>(batch_size_);
  buffers_->images = image_buffer(batch, train);
  buffers_->labels = at::empty({batch_size_}, at::kLong);
  buffers_->shifts.resize(batch);
}

Trainer::~Trainer() = default;

void Trainer::begin_epoch(std::int64_t epoch) {
  epoch_ = epoch;
  order_ = epoch_order(static_cast<std::uint64_t>(values_.seed), static_cast<std::uint64_t>(epoch),
                       train_.count);
}

StepResult Trainer::step(std::int64_t step_in_epoch) {
  const std::int64_t step = epoch_ * steps_per_epoch_ + step_in_epoch;
  Random random(static_cast<std::uint64_t>(values_.seed), Random::Stream::kShift,
                static_cast<std::uint64_t>(step));
  const auto reach = static_cast<std::int8_t>(values_.random_shift);
  const auto choices = static_cast<std::uint32_t>(2 * reach + 1);
  for (Shift& shift : buffers_->shifts) {
    shift.down = static_cast<std::int8_t>(static_cast<int>(random.below(choices)) - reach);
    shift.right = static_cast<std::int8_t>(static_cast<int>(random.below(choices)) - reach);
  }
  auto* labels = buffers_->labels.data_ptr<std::int64_t>();
  fill_batch(train_, normalization_, order_.data() + step_in_epoch * batch_size_,
             static_cast<std::size_t>(batch_size_), reach == 0 ? nullptr : buffers_->shifts.data(),
             buffers_->images.data_ptr<float>(), labels);
  const at::Tensor logits = network_->forward(buffers_->images, true);
  const at::Tensor loss = at::cross_entropy_loss(logits, buffers_->labels, {}, at::Reduction::Mean,
                                                 -100, values_.label_smoothing);
  std::fill_n(network_->gradients(), network_->parameter_count(), 0.0F);
  loss.backward();
  apply_gradients(learning_rate(values_, step, values_.epochs * steps_per_epoch_));
  return {static_cast<double>(loss.item<float>()), count_correct(logits.detach(), labels)};
}

// SGD as torch.optim.SGD has it: v = momentum v + g; p -= rate (g + momentum v), or p -= rate v
// without Nesterov.
void Trainer::apply_gradients(double rate) {
  const auto momentum = static_cast<float>(values_.momentum);
  const auto lr = static_cast<float>(rate);
  const bool nesterov = values_.optimizer == Optimizer::kNesterov;
  const float of_gradient = nesterov ? lr : 0.0F;
  const float of_velocity = nesterov ? lr * momentum : lr;
  float* const value = network_->values();
  const float* const gradient = network_->gradients();
  for (const Network::Range& range : network_->ranges()) {
    const float decay = range.decays ? static_cast<float>(values_.weight_decay) : 0.0F;
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const float g = gradient[i] + decay * value[i];
      velocity_[i] = momentum * velocity_[i] + g;
      value[i] -= of_gradient * g + of_velocity * velocity_[i];
    }
  }
}

double Trainer::accuracy(const ImageSet& set) {
  return measure_accuracy(*network_, set, normalization_);
}

std::vector<NamedTensor> Trainer::weights() const {
  return network_->tensors();
}

std::vector<NamedTensor> Trainer::state() const {
  std::vector<NamedTensor> tensors = network_->tensors();
  tensors.push_back({kVelocity, {static_cast<std::int64_t>(velocity_.size())}, velocity_});
  return tensors;
}

void Trainer::load_state(const Safetensors& file) {
  network_->load(file);
  const TensorView& saved = file.get(kVelocity, {static_cast<std::int64_t>(velocity_.size())});
  std::copy_n(saved.data, velocity_.size(), velocity_.begin());
}

}  // namespace sagebrush::vision
