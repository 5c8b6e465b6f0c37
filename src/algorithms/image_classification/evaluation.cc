#include "algorithms/image_classification/evaluation.h"

#include "algorithms/image_classification/dataset.h"
#include "algorithms/image_classification/model_files.h"
#include "algorithms/image_classification/network.h"
#include "algorithms/image_classification/trainer.h"

namespace sagebrush::vision {

double evaluate_model(const std::filesystem::path& model, const std::filesystem::path& data,
                      WorkerPool& pool) {
  const ModelConfig config = load_model_config(model);
  Network network(config.network, 0);
  network.load(load_model_weights(model));
  return measure_accuracy(network, load_test_set(data), config.normalization, pool);
}

}  // namespace sagebrush::vision
