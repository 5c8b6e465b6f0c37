#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "algorithms/image_classification/dataset.h"
#include "algorithms/image_classification/model_files.h"

namespace sagebrush::vision {

class Network;

// A saved model that answers. Threads may share one; a call is one thread's work.
class Predictor {
 public:
  // Throws Error: a file is missing or damaged.
  explicit Predictor(const std::filesystem::path& model);
  ~Predictor();
  Predictor(const Predictor&) = delete;
  Predictor& operator=(const Predictor&) = delete;

  const ModelConfig& config() const { return config_; }

  // The probability of each class, an image. Labels of the set are not looked at; pixels are
  // brought to the range that the network was trained on. Throws Error{kUser} when that is
  // impossible or the images' size is not the network's.
  std::vector<std::vector<float>> predict(ImageSet images) const;

 private:
  ModelConfig config_;
  std::unique_ptr<Network> network_;
};

}  // namespace sagebrush::vision
