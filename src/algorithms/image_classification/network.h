#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "algorithms/image_classification/named_tensor.h"
#include "algorithms/image_classification/network_spec.h"
#include "algorithms/image_classification/norm_layer.h"
#include "algorithms/image_classification/parameter_range.h"
#include "algorithms/image_classification/precision.h"
#include "algorithms/image_classification/safetensors.h"

namespace sagebrush::vision {

// A network with its weights. All parameters lie in one float buffer and their gradients in another
// of the same layout, so that an optimizer step (and an all-reduce) is one pass over plain memory.
// A forward pass without training may run on several threads at once; one with training may not.
class Network {
 public:
  // Weights as PyTorch's defaults: uniform within 1/sqrt(fan in); scales 1, shifts 0; and what the
  // spec's Init says.
  // `precision` is that of train(); infer() is float32 always.
  Network(NetworkSpec spec, std::uint64_t seed, Precision precision = Precision::kFloat32);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // Another network over the same weights, with gradients and running statistics of its own: two
  // may run at once.
  std::unique_ptr<Network> replica() const;

  // images: float32 [N, C, H, W] in channels_last order. Returns logits [N, classes]. By the
  // running statistics, without gradients.
  at::Tensor infer(at::Tensor images) const;

  // By the batch's statistics, which `share` adds up over all that share the batch; moves the
  // running ones. The result can be differentiated.
  at::Tensor train(at::Tensor images, const SumOverBatch& share);

  const NetworkSpec& spec() const { return spec_; }
  const std::vector<ParameterRange>& ranges() const { return ranges_; }

  // Whether gradients of a range are computed at all.
  void set_trained(std::size_t range, bool trained);

  std::size_t parameter_count() const { return static_cast<std::size_t>(values_.numel()); }
  float* values() const { return values_.data_ptr<float>(); }
  float* gradients() const { return gradients_.data_ptr<float>(); }
  std::size_t statistic_count() const { return static_cast<std::size_t>(statistics_.numel()); }
  float* statistics() const { return statistics_.data_ptr<float>(); }

  // The parameter of a range, as autograd knows it.
  const at::Tensor& parameter(std::size_t range) const { return parameters_[range]; }

  // Weights and running statistics by PyTorch's names and shapes.
  std::vector<NamedTensor> tensors() const;

  // Throws Error{kUser} when one is absent or has another shape.
  void load(const Safetensors& file);

 private:
  struct Node;
  struct Slot {  // a parameter or statistic: `value` may be a four-dimensional channels_last view
                 // of `saved_shape`
    std::string name;
    at::Tensor value;
    std::vector<std::int64_t> saved_shape;
  };
  class Builder;

  // Weights are taken as they are; undefined: all 0.
  Network(NetworkSpec spec, at::Tensor values, Precision precision);
  void initialize(std::uint64_t seed);

  NetworkSpec spec_;
  Precision precision_;
  at::Tensor values_;
  at::Tensor gradients_;
  at::Tensor statistics_;  // the running means and variances
  std::vector<Node> nodes_;
  std::vector<Slot> slots_;
  std::vector<ParameterRange> ranges_;
  std::vector<at::Tensor> parameters_;  // one a range
};

}  // namespace sagebrush::vision
