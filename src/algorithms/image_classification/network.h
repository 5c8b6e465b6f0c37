#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "algorithms/image_classification/named_tensor.h"
#include "algorithms/image_classification/network_spec.h"
#include "algorithms/image_classification/safetensors.h"

namespace sagebrush::vision {

// A chain of layers with its weights. All parameters lie in one float buffer and their gradients in
// another of the same layout, so that an optimizer step (and an all-reduce) is one pass over plain
// memory. A forward pass without
// training may run on several threads at once; one with training may not.
class Network {
 public:
  // Weights as PyTorch's defaults: uniform within 1/sqrt(fan in); scales 1, shifts 0.
  Network(NetworkSpec spec, std::uint64_t seed);

  // Another network over the same weights, with gradients and running statistics of its own: two
  // may run at once.
  std::unique_ptr<Network> replica() const;

  // images: float32 [N, C, H, W] in channels_last order. Returns logits [N, classes]. training:
  // batch statistics are used and the running ones moved; otherwise the running ones are used.
  at::Tensor forward(at::Tensor images, bool training);

  const NetworkSpec& spec() const { return spec_; }

  struct Range {
    std::size_t begin;
    std::size_t end;
    bool decays;  // weight decay applies: a weight, not a bias or a scale
  };
  const std::vector<Range>& ranges() const { return ranges_; }
  std::size_t parameter_count() const { return static_cast<std::size_t>(values_.numel()); }
  float* values() { return values_.data_ptr<float>(); }
  float* gradients() { return gradients_.data_ptr<float>(); }
  std::size_t statistic_count() const { return static_cast<std::size_t>(statistics_.numel()); }
  float* statistics() { return statistics_.data_ptr<float>(); }

  // Weights and running statistics by PyTorch's names and shapes.
  std::vector<NamedTensor> tensors() const;

  // Throws Error{kUser} when one is absent or has another shape.
  void load(const Safetensors& file);

 private:
  struct Slot {  // a parameter or statistic: `value` may be a four-dimensional channels_last view
                 // of `saved_shape`
    std::string name;
    at::Tensor value;
    std::vector<std::int64_t> saved_shape;
  };
  struct Layer {
    at::Tensor weight;
    at::Tensor bias;
    at::Tensor running_mean;
    at::Tensor running_var;
  };

  Network(NetworkSpec spec, at::Tensor values);  // weights are taken as they are; undefined: all 0
  void build();

  NetworkSpec spec_;
  at::Tensor values_;
  at::Tensor gradients_;
  at::Tensor statistics_;      // the running means and variances
  std::vector<Layer> layers_;  // one an entry of spec_.layers
  std::vector<Slot> slots_;
  std::vector<Range> ranges_;
};

}  // namespace sagebrush::vision
