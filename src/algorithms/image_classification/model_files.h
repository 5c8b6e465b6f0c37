#pragma once

#include <filesystem>
#include <vector>

#include "algorithms/image_classification/batch.h"
#include "algorithms/image_classification/history.h"
#include "algorithms/image_classification/hyperparameters.h"
#include "algorithms/image_classification/named_tensor.h"
#include "algorithms/image_classification/network_spec.h"
#include "algorithms/image_classification/pixel_range.h"
#include "algorithms/image_classification/safetensors.h"

namespace sagebrush::vision {

// What config.json holds: enough to rebuild the network and prepare its input without the training
// data.
struct ModelConfig {
  NetworkSpec network;
  Normalization normalization;
  std::vector<std::string> labels = {};  // the classes' names, from labels.json
  PixelRange pixels = PixelRange::kByte;
};

// Writes model.safetensors, config.json and labels.json to `folder` (made if absent), the weights
// last. epoch: the one that the weights are of, if any was finished. Throws Error{kSystem}.
void save_model(const std::filesystem::path& folder, const ModelConfig& config,
                const Hyperparameters& values, const EpochMetrics* epoch,
                const std::vector<NamedTensor>& weights);

// Throws Error: a file is missing or does not say what save_model writes.
ModelConfig load_model_config(const std::filesystem::path& folder);
Safetensors load_model_weights(const std::filesystem::path& folder);

}  // namespace sagebrush::vision
