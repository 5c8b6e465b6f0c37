#include "algorithms/image_classification/trainer.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

#include "algorithms/image_classification/communicator.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/gradient_sum.h"
#include "algorithms/image_classification/one_thread.h"
#include "algorithms/image_classification/orthogonalize.h"
#include "algorithms/image_classification/pixel_range.h"
#include "algorithms/image_classification/processors.h"
#include "algorithms/image_classification/random.h"
#include "algorithms/image_classification/schedule.h"
#include "algorithms/image_classification/shard.h"
#include "algorithms/image_classification/whitening.h"
#include "algorithms/image_classification/worker_pool.h"

namespace sagebrush::vision {
namespace {

constexpr std::int64_t kMaxShards = 64;

std::int64_t count_correct(const at::Tensor& logits, const std::int64_t* labels) {
  const at::Tensor plain = logits.contiguous();
  const auto* row = plain.data_ptr<float>();
  const std::int64_t classes = plain.size(1);
  std::int64_t correct = 0;
  for (std::int64_t i = 0; i < plain.size(0); ++i, row += classes)
    correct += std::max_element(row, row + classes) - row == labels[i] ? 1 : 0;
  return correct;
}

}  // namespace

Trainer::Trainer(const Hyperparameters& values, NetworkSpec spec, const ImageSet& train,
                 Normalization normalization, WorkerPool& pool, Communicator* others)
    : values_(values),
      train_(train),
      normalization_(std::move(normalization)),
      filler_(train, normalization_, range_of(train) == PixelRange::kUnit ? 1 : 255),
      augmentation_(values, train.height, train.width),
      others_(others),
      network_(std::make_shared<Network>(std::move(spec), static_cast<std::uint64_t>(values.seed),
                                         values.precision_dtype)),
      batch_size_(std::min(values.batch_size, static_cast<std::int64_t>(train.count))),
      steps_per_epoch_(static_cast<std::int64_t>(train.count) / batch_size_),
      total_steps_(static_cast<std::int64_t>(
          std::ceil(static_cast<double>(steps_per_epoch_) * values.epochs))),
      optimizer_(values, network_->ranges(), network_->parameter_count(), orthogonalize),
      pool_(pool) {
  if (others_ != nullptr && batch_size_ < others_->size())
    user_error("hyperparameter batch_size: " + std::to_string(batch_size_) + " images cannot be " +
               "shared out among " + std::to_string(others_->size()) + " hosts");
  if (values.precision_dtype == Precision::kBFloat16 && !has_bfloat16())
    user_error(
        "hyperparameter precision_dtype: bfloat16 needs a processor with avx512_bf16; this one has "
        "none, give float32");
  whiten();
  make_shards();
  averages_ =
      std::make_unique<WeightAverages>(values_, network_->values(), network_->parameter_count(),
                                       network_->statistics(), network_->statistic_count());
}

Trainer::~Trainer() = default;

void Trainer::make_shards() {
  const std::int64_t rank = others_ != nullptr ? others_->rank() : 0;
  const std::int64_t ranks = others_ != nullptr ? others_->size() : 1;
  const bool ghosts = values_.ghost_batch_size > 0;
  // Ghost batches are counted over all processes, so that they are the same however many there are.
  const std::int64_t threads =
      std::max<std::int64_t>(1, std::min<std::int64_t>(pool_.threads(), batch_size_ / ranks));
  const std::int64_t all =
      ghosts ? std::max({ranks, std::int64_t{1},
                         std::min(batch_size_ / values_.ghost_batch_size, kMaxShards)})
             : threads * ranks;
  if (!ghosts && threads > 1) statistics_sum_ = std::make_unique<ThreadSum>(threads);
  Communicator* const across = values_.sync_batch_norm ? others_ : nullptr;
  for (std::int64_t i = all * rank / ranks; i < all * (rank + 1) / ranks; ++i) {
    auto shard = std::make_unique<Shard>();
    shard->network = shards_.empty() ? network_ : std::shared_ptr<Network>(network_->replica());
    shard->begin = static_cast<std::size_t>(batch_size_ * i / all);
    shard->count = static_cast<std::size_t>(batch_size_ * (i + 1) / all) - shard->begin;
    shard->images = at::empty(
        {static_cast<std::int64_t>(shard->count), static_cast<std::int64_t>(train_.channels),
         static_cast<std::int64_t>(train_.height), static_cast<std::int64_t>(train_.width)},
        at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
    shard->labels = at::empty({static_cast<std::int64_t>(shard->count)}, at::kLong);
    if (statistics_sum_) {
      shard->share = [this, across,
                      member = static_cast<int>(shards_.size())](std::vector<double>& sums) {
        statistics_sum_->sum(member, sums, [across](std::vector<double>& total) {
          if (across != nullptr) across->sum(total);
        });
      };
    } else if (!ghosts && across != nullptr) {
      shard->share = [across](std::vector<double>& sums) { across->sum(sums); };
    }
    shards_.push_back(std::move(shard));
  }
  std::vector<Network*> networks;
  for (const auto& shard : shards_) networks.push_back(shard->network.get());
  gradient_sum_ = std::make_unique<GradientSum>(std::move(networks), others_);
}

// Sets filters that whiten the training images' patches, measured on 5,000 of them.
void Trainer::whiten() {
  constexpr std::size_t kImages = 5000;
  constexpr double kEps = 5e-4;
  for (const LayerSpec& layer : network_->spec().layers) {
    if (layer.init != Init::kWhitening) continue;
    const std::vector<std::uint32_t> order =
        epoch_order(static_cast<std::uint64_t>(values_.seed), 0, train_.count);
    const std::size_t count = std::min(kImages, train_.count);
    std::vector<float> images(count * train_.image_size());
    std::vector<float> scratch;
    for (std::size_t i = 0; i < count; ++i)
      filler_.fill(order[i], {}, images.data() + i * train_.image_size(), scratch);
    const std::vector<float> filters =
        whitening_filters(images, count, train_.height, train_.width, train_.channels,
                          static_cast<std::size_t>(layer.kernel), kEps);
    for (const ParameterRange& range : network_->ranges()) {
      if (range.name == layer.name + ".weight")
        std::copy(filters.begin(), filters.end(), network_->values() + range.begin);
    }
  }
}

void Trainer::begin_epoch(std::int64_t epoch) {
  epoch_ = epoch;
  order_ = epoch_order(static_cast<std::uint64_t>(values_.seed), static_cast<std::uint64_t>(epoch),
                       train_.count);
  for (const auto& shard : shards_) {
    for (std::size_t i = 0; i < network_->ranges().size(); ++i)
      shard->network->set_trained(
          i, optimizer_.trains(network_->ranges()[i], static_cast<double>(epoch)));
  }
}

StepResult Trainer::step(std::int64_t step_in_epoch, Wishes wishes) {
  StepTime time;
  time.step = epoch_ * steps_per_epoch_ + step_in_epoch;
  time.total = total_steps_;
  time.epoch = static_cast<double>(epoch_) +
               static_cast<double>(step_in_epoch) / static_cast<double>(steps_per_epoch_);
  for (const auto& shard : shards_)
    shard->indices = order_.data() + step_in_epoch * batch_size_ + shard->begin;
  run_shards();
  StepResult result;
  result.rate_factor = rate_factor(values_, time.step, time.total);
  result.wishes = wishes;
  join_shards(result);
  gradient_sum_->finish();
  if (values_.gradient_clip > 0)
    clip_gradient(network_->ranges(), network_->gradients(), values_.gradient_clip);
  optimizer_.step(network_->values(), network_->gradients(), time, pool_);
  averages_->update(time.step, time.total);
  copy_statistics();
  return result;
}

void Trainer::run_shards() {
  gradient_sum_->start();
  if (statistics_sum_) statistics_sum_->reset();
  pool_.run(static_cast<int>(shards_.size()), [this](int number) {
    try {
      run_shard(static_cast<std::size_t>(number));
    } catch (...) {
      if (statistics_sum_) statistics_sum_->fail();
      throw;
    }
  });
}

void Trainer::run_shard(std::size_t number) {
  use_one_thread();
  Shard& shard = *shards_[number];
  auto* labels = shard.labels.data_ptr<std::int64_t>();
  fill_batch(
      filler_, train_, shard.indices, shard.count,
      [this](std::uint32_t image) { return augmentation_.draw(epoch_, image); },
      shard.images.data_ptr<float>(), labels);
  Network& network = *shard.network;
  const at::Tensor logits = network.train(shard.images, shard.share);
  const at::Tensor loss = at::cross_entropy_loss(logits, shard.labels, {}, at::Reduction::Sum, -100,
                                                 values_.label_smoothing)
                              .div(static_cast<double>(batch_size_));
  std::fill_n(network.gradients(), network.parameter_count(), 0.0F);
  loss.backward();
  shard.loss = static_cast<double>(loss.item<float>());
  shard.correct = count_correct(logits.detach(), labels);
}

// Adds up what the shards of all processes found, and gives the network the mean of their running
// statistics, each process's the same weight: by pairs as gradients are, so that hosts change no
// bit.
void Trainer::join_shards(StepResult& result) {
  constexpr std::size_t kCounts = 4;
  std::vector<std::vector<double>> found;
  for (const auto& shard : shards_) {
    found.push_back({shard->loss, static_cast<double>(shard->correct), 0, 0});
    const float* const statistics = shard->network->statistics();
    found.back().insert(found.back().end(), statistics, statistics + network_->statistic_count());
  }
  for (std::size_t stride = 1; stride < found.size(); stride *= 2) {
    for (std::size_t s = 0; s + stride < found.size(); s += 2 * stride) {
      for (std::size_t i = 0; i < found[s].size(); ++i) found[s][i] += found[s + stride][i];
    }
  }
  std::vector<double>& sums = found.front();
  sums[2] = result.wishes.stop ? 1 : 0;
  sums[3] = result.wishes.checkpoint ? 1 : 0;
  for (std::size_t i = kCounts; i < sums.size(); ++i)
    sums[i] /= static_cast<double>(shards_.size());
  if (others_ != nullptr) others_->sum(sums);
  result.loss = sums[0];
  result.correct = std::llround(sums[1]);
  result.wishes = {sums[2] > 0, sums[3] > 0};
  const double processes = others_ != nullptr ? others_->size() : 1;
  for (std::size_t i = 0; i < network_->statistic_count(); ++i)
    network_->statistics()[i] = static_cast<float>(sums[kCounts + i] / processes);
}

void Trainer::copy_statistics() {
  for (std::size_t s = 1; s < shards_.size(); ++s)
    std::copy_n(network_->statistics(), network_->statistic_count(),
                shards_[s]->network->statistics());
}

}  // namespace sagebrush::vision
