#pragma once

#include <ATen/core/Tensor.h>
#include <torch/custom_class.h>

#include <cstdint>
#include <memory>

#include "algorithms/image_classification/precision.h"

namespace sagebrush::vision {

// A convolution that is trained. oneDNN's primitives are made once for a size of batch and kept,
// where PyTorch looks them up, and packs weights, at every call; a small network spends a third of
// its time there.
class Convolution : public torch::CustomClassHolder {
 public:
  // weight: [O, I, H, W] in channels_last order; bias: [O], or undefined. Both are kept, not
  // copied.
  Convolution(at::Tensor weight, at::Tensor bias, std::int64_t stride, std::int64_t padding,
              Precision precision = Precision::kFloat32);
  ~Convolution() override;

  // images: float32 [N, I, H, W] in channels_last order, as is the result. Its backward pass writes
  // the gradients of weight and bias into their .grad(), where they require one, rather than adding
  // to it: each belongs to one call a step. One thread at a time, which is the one that computes.
  static at::Tensor apply(const c10::intrusive_ptr<Convolution>& layer, const at::Tensor& images);

 private:
  struct Plan;  // primitives for one size
  class Function;

  Plan& plan_for(const at::Tensor& images);

  at::Tensor weight_;
  at::Tensor bias_;
  std::int64_t stride_;
  std::int64_t padding_;
  Precision precision_;
  std::unique_ptr<Plan> plan_;
};

}  // namespace sagebrush::vision
