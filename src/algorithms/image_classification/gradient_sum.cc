#include "algorithms/image_classification/gradient_sum.h"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <mutex>

#include "algorithms/image_classification/communicator.h"
#include "algorithms/image_classification/network.h"

namespace sagebrush::vision {
namespace {

constexpr std::size_t kBucketValues = std::size_t{1} << 20;  // 4 MiB

// Adds up into the first network's gradients. By pairs of neighbours, then pairs of pairs: two
// hosts with half of the shards each then add in the order of one host that has them all. The
// others' gradients are used up.
void add_shards(const std::vector<Network*>& networks, std::size_t begin, std::size_t end) {
  constexpr std::size_t kBlock = 2048;  // of each network's stays in L1 until all are added
  for (std::size_t at = begin; at < end; at += kBlock) {
    const std::size_t stop = std::min(at + kBlock, end);
    for (std::size_t stride = 1; stride < networks.size(); stride *= 2) {
      for (std::size_t s = 0; s + stride < networks.size(); s += 2 * stride) {
        float* const sum = networks[s]->gradients();
        const float* const other = networks[s + stride]->gradients();
        for (std::size_t i = at; i < stop; ++i) sum[i] += other[i];
      }
    }
  }
}

}  // namespace

class GradientSum::Overlap {
 public:
  Overlap(const std::vector<Network*>& networks, Communicator& others)
      : networks_(networks), others_(others) {
    make_buckets();
    for (Network* network : networks_) {
      for (std::size_t i = 0; i < network->ranges().size(); ++i) {
        if (network->ranges()[i].kind == ParameterKind::kFixed) continue;
        auto accumulator = torch::autograd::impl::grad_accumulator(network->parameter(i));
        accumulator->add_post_hook(std::make_unique<Hook>(*this, bucket_of_[i]));
        accumulators_.push_back(std::move(accumulator));
      }
    }
  }

  void start() {
    next_ = 0;
    for (Bucket& bucket : buckets_) bucket.missing = 0;
    for (const Network* network : networks_) {
      for (std::size_t i = 0; i < network->ranges().size(); ++i) {
        if (network->parameter(i).requires_grad()) ++buckets_[bucket_of_[i]].missing;
      }
    }
  }

  void finish() {
    {
      const std::lock_guard lock(mutex_);
      for (Bucket& bucket : buckets_) bucket.missing = 0;
      send_ready();
    }
    others_.finish_sums();
  }

 private:
  struct Bucket {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t missing = 0;  // gradients, over all shards
  };

  // Called by the backward pass when one parameter of one shard has its gradient.
  class Hook : public torch::autograd::FunctionPostHook {
   public:
    Hook(Overlap& overlap, std::size_t bucket) : overlap_(overlap), bucket_(bucket) {}
    torch::autograd::variable_list operator()(
        const torch::autograd::variable_list& outputs,
        const torch::autograd::variable_list& /*inputs*/) override {
      overlap_.arrived(bucket_);
      return outputs;
    }

   private:
    Overlap& overlap_;
    std::size_t bucket_;
  };

  void make_buckets() {
    const std::vector<ParameterRange>& ranges = networks_.front()->ranges();
    bucket_of_.resize(ranges.size());
    for (std::size_t i = ranges.size(); i-- > 0;) {
      if (buckets_.empty() || buckets_.back().end - ranges[i].begin > kBucketValues)
        buckets_.push_back({ranges[i].begin, ranges[i].end, 0});
      buckets_.back().begin = ranges[i].begin;
      bucket_of_[i] = buckets_.size() - 1;
    }
  }

  void arrived(std::size_t bucket) {
    const std::lock_guard lock(mutex_);
    if (buckets_[bucket].missing > 0) --buckets_[bucket].missing;
    send_ready();
  }

  void send_ready() {
    for (; next_ < buckets_.size() && buckets_[next_].missing == 0; ++next_) {
      const Bucket& bucket = buckets_[next_];
      add_shards(networks_, bucket.begin, bucket.end);
      others_.start_sum(networks_.front()->gradients() + bucket.begin, bucket.end - bucket.begin);
    }
  }

  const std::vector<Network*>& networks_;
  Communicator& others_;
  std::vector<std::shared_ptr<torch::autograd::Node>> accumulators_;
  std::vector<Bucket> buckets_;
  std::vector<std::size_t> bucket_of_;  // one a range
  std::mutex mutex_;
  std::size_t next_ = 0;  // bucket to set off
};

GradientSum::GradientSum(std::vector<Network*> networks, Communicator* others)
    : networks_(std::move(networks)),
      overlap_(others != nullptr ? std::make_unique<Overlap>(networks_, *others) : nullptr) {}

GradientSum::~GradientSum() = default;

void GradientSum::start() {
  if (overlap_) overlap_->start();
}

void GradientSum::finish() {
  if (overlap_) {
    overlap_->finish();
  } else {
    add_shards(networks_, 0, networks_.front()->parameter_count());
  }
}

}  // namespace sagebrush::vision
