#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "algorithms/image_classification/kernels/norm_kernels.h"

namespace sagebrush::vision {

// Adds up a vector over all that share the statistics of a batch: threads, and with
// synchronised normalisation other processes. Blocks until all have called it.
using SumOverBatch = std::function<void(std::vector<double>&)>;

// One batch normalisation as torch.nn.BatchNorm2d has it, and the activation after it.
struct NormLayer {
  at::Tensor weight;  // float32 [C]
  at::Tensor bias;
  at::Tensor running_mean;  // moved by training
  at::Tensor running_var;
  double eps = 1e-5;
  double momentum = 0.1;
  Activation activation = Activation::kNone;
};

// images: float32 [N, C, H, W] in channels_last order. Normalises by the batch's statistics, summed
// over all that share them (share may be empty), and moves the running ones. Differentiable in
// images, weight and bias.
at::Tensor normalize_batch(const at::Tensor& images, NormLayer& layer, const SumOverBatch& share);

// By the running statistics; not differentiable.
at::Tensor normalize_running(const at::Tensor& images, const NormLayer& layer);

// The activation alone; differentiable.
at::Tensor activate(const at::Tensor& images, Activation activation);

}  // namespace sagebrush::vision
