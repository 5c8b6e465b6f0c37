#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "algorithms/image_classification/batch.h"
#include "algorithms/image_classification/dataset.h"
#include "algorithms/image_classification/hyperparameters.h"

namespace sagebrush::vision {

class Communicator;
class Network;
class WorkerPool;

// How a network does on a set of images.
struct Evaluation {
  std::int64_t count = 0;
  std::int64_t correct = 0;
  double loss = 0;  // mean cross-entropy
  std::int64_t classes = 0;
  // [true class][predicted class]; empty for more than kMaxConfusionClasses classes.
  std::vector<std::int64_t> confusion;

  double accuracy() const {
    return count == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(count);
  }
};

inline constexpr std::int64_t kMaxConfusionClasses = 1000;

// Runs the network over the set. With several processes each does a part and all get the whole.
// Throws Error{kUser} when the images' size is not the network's or a label is beyond its classes.
Evaluation evaluate(const Network& network, const ImageSet& set, const Normalization& normalization,
                    TestViews views, WorkerPool& pool, Communicator* others = nullptr);

// A saved model on the test images of a folder; classes that the folder names are found by name.
Evaluation evaluate_model(const std::filesystem::path& model, const std::filesystem::path& data,
                          WorkerPool& pool);

}  // namespace sagebrush::vision
