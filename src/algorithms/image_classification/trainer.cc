#include "algorithms/image_classification/trainer.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <atomic>
#include <numeric>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/network.h"
#include "algorithms/image_classification/random.h"
#include "algorithms/image_classification/schedule.h"
#include "algorithms/image_classification/worker_pool.h"

namespace sagebrush::vision {
namespace {

constexpr std::size_t kEvaluationBatch = 250;
constexpr std::int64_t kShardImages = 64;
constexpr std::int64_t kMaxShards = 64;
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

// The pool's threads are the parallelism: within one, the tensor library uses one.
void use_one_thread() {
  thread_local const bool done = [] {
    at::set_num_threads(1);
    return true;
  }();
  static_cast<void>(done);
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

double measure_accuracy(Network& network, const ImageSet& set, const Normalization& normalization,
                        WorkerPool& pool) {
  const NetworkSpec& spec = network.spec();
  if (spec.channels != static_cast<std::int64_t>(set.channels) ||
      spec.height != static_cast<std::int64_t>(set.height) ||
      spec.width != static_cast<std::int64_t>(set.width))
    user_error(set.source + ": its images are " + std::to_string(set.height) + "x" +
               std::to_string(set.width) + "x" + std::to_string(set.channels) +
               ", the network was trained on " + std::to_string(spec.height) + "x" +
               std::to_string(spec.width) + "x" + std::to_string(spec.channels));
  const std::size_t batch = std::min(kEvaluationBatch, set.count);
  const std::size_t batches = (set.count + batch - 1) / batch;
  std::atomic<std::int64_t> correct{0};
  pool.run(static_cast<int>(batches), [&](int task) {
    use_one_thread();
    const std::size_t start = static_cast<std::size_t>(task) * batch;
    const std::size_t n = std::min(batch, set.count - start);
    const at::Tensor images = image_buffer(n, set);
    std::vector<std::int64_t> labels(n);
    std::vector<std::uint32_t> indices(n);
    std::iota(indices.begin(), indices.end(), static_cast<std::uint32_t>(start));
    fill_batch(set, normalization, indices.data(), n, nullptr, images.data_ptr<float>(),
               labels.data());
    correct += count_correct(network.forward(images, false), labels.data());
  });
  return static_cast<double>(correct) / static_cast<double>(set.count);
}

struct Trainer::Shard {
  std::shared_ptr<Network> network;
  at::Tensor images;
  at::Tensor labels;
  std::size_t begin = 0;  // its first image within the batch
  std::size_t count = 0;
  const std::uint32_t* indices = nullptr;
  double loss = 0;  // its part of the batch's mean
  std::int64_t correct = 0;
};

Trainer::Trainer(const Hyperparameters& values, NetworkSpec spec, const ImageSet& train,
                 Normalization normalization, WorkerPool& pool)
    : values_(values),
      train_(train),
      normalization_(std::move(normalization)),
      network_(std::make_shared<Network>(std::move(spec), static_cast<std::uint64_t>(values.seed))),
      batch_size_(std::min(values.batch_size, static_cast<std::int64_t>(train.count))),
      steps_per_epoch_(static_cast<std::int64_t>(train.count) / batch_size_),
      velocity_(network_->parameter_count()),
      shifts_(static_cast<std::size_t>(batch_size_)),
      pool_(pool) {
  const std::int64_t shards =
      std::max<std::int64_t>(1, std::min(batch_size_ / kShardImages, kMaxShards));
  for (std::int64_t i = 0; i < shards; ++i) {
    auto shard = std::make_unique<Shard>();
    shard->network = i == 0 ? network_ : std::shared_ptr<Network>(network_->replica());
    shard->begin = static_cast<std::size_t>(batch_size_ * i / shards);
    shard->count = static_cast<std::size_t>(batch_size_ * (i + 1) / shards) - shard->begin;
    shard->images = image_buffer(shard->count, train);
    shard->labels = at::empty({static_cast<std::int64_t>(shard->count)}, at::kLong);
    shards_.push_back(std::move(shard));
  }
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
  for (Shift& shift : shifts_) {
    shift.down = static_cast<std::int8_t>(static_cast<int>(random.below(choices)) - reach);
    shift.right = static_cast<std::int8_t>(static_cast<int>(random.below(choices)) - reach);
  }
  for (const auto& shard : shards_)
    shard->indices = order_.data() + step_in_epoch * batch_size_ + shard->begin;
  pool_.run(static_cast<int>(shards_.size()),
            [this](int i) { run_shard(*shards_[static_cast<std::size_t>(i)]); });
  join_statistics();
  apply_gradients(learning_rate(values_, step, values_.epochs * steps_per_epoch_));
  StepResult result;
  for (const auto& shard : shards_) {
    result.loss += shard->loss;
    result.correct += shard->correct;
  }
  return result;
}

void Trainer::run_shard(Shard& shard) {
  use_one_thread();
  auto* labels = shard.labels.data_ptr<std::int64_t>();
  fill_batch(train_, normalization_, shard.indices, shard.count,
             values_.random_shift == 0 ? nullptr : shifts_.data() + shard.begin,
             shard.images.data_ptr<float>(), labels);
  Network& network = *shard.network;
  const at::Tensor logits = network.forward(shard.images, true);
  const at::Tensor loss = at::cross_entropy_loss(logits, shard.labels, {}, at::Reduction::Sum, -100,
                                                 values_.label_smoothing)
                              .div(static_cast<double>(batch_size_));
  std::fill_n(network.gradients(), network.parameter_count(), 0.0F);
  loss.backward();
  shard.loss = static_cast<double>(loss.item<float>());
  shard.correct = count_correct(logits.detach(), labels);
}

// Gives every shard the mean of all shards' running statistics.
void Trainer::join_statistics() {
  if (shards_.size() == 1) return;
  float* const mean = network_->statistics();
  const float share = 1.0F / static_cast<float>(shards_.size());
  for (std::size_t i = 0; i < network_->statistic_count(); ++i) {
    float sum = 0;
    for (const auto& shard : shards_) sum += shard->network->statistics()[i];
    mean[i] = sum * share;
  }
  for (std::size_t s = 1; s < shards_.size(); ++s)
    std::copy_n(mean, network_->statistic_count(), shards_[s]->network->statistics());
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
  float* const gradient = network_->gradients();
  for (std::size_t s = 1; s < shards_.size(); ++s) {
    const float* const other = shards_[s]->network->gradients();
    for (std::size_t i = 0; i < velocity_.size(); ++i) gradient[i] += other[i];
  }
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
  return measure_accuracy(*network_, set, normalization_, pool_);
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
  for (std::size_t s = 1; s < shards_.size(); ++s)
    std::copy_n(network_->statistics(), network_->statistic_count(),
                shards_[s]->network->statistics());
}

}  // namespace sagebrush::vision
