#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "algorithms/image_classification/network.h"
#include "algorithms/image_classification/trainer.h"

namespace sagebrush::vision {

// A part of a batch: one thread's at a time.
struct Trainer::Shard {
  std::shared_ptr<Network> network;
  at::Tensor images;
  at::Tensor labels;
  std::size_t begin = 0;  // its first image within the batch of all processes
  std::size_t count = 0;
  SumOverBatch share;  // of normalisation's statistics
  const std::uint32_t* indices = nullptr;
  double loss = 0;  // its part of the batch's mean
  std::int64_t correct = 0;
};

}  // namespace sagebrush::vision
