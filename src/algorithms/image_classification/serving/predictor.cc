#include "algorithms/image_classification/serving/predictor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/softmax.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/network.h"
#include "algorithms/image_classification/one_thread.h"
#include "algorithms/image_classification/pixel_range.h"

namespace sagebrush::vision {
namespace {

constexpr std::size_t kBatch = 16;  // more only outgrows the caches

}  // namespace

Predictor::Predictor(const std::filesystem::path& model)
    : config_(load_model_config(model)), network_(std::make_unique<Network>(config_.network, 0)) {
  network_->load(load_model_weights(model));
}

Predictor::~Predictor() = default;

std::vector<std::vector<float>> Predictor::predict(ImageSet images) const {
  use_one_thread();
  const NetworkSpec& spec = config_.network;
  if (spec.channels != static_cast<std::int64_t>(images.channels) ||
      spec.height != static_cast<std::int64_t>(images.height) ||
      spec.width != static_cast<std::int64_t>(images.width))
    user_error("the images are " + std::to_string(images.height) + "x" +
               std::to_string(images.width) + "x" + std::to_string(images.channels) +
               ", the network was trained on " + std::to_string(spec.height) + "x" +
               std::to_string(spec.width) + "x" + std::to_string(spec.channels));
  bring_to(config_.pixels, images);
  const BatchFiller filler(images, config_.normalization);
  std::vector<std::vector<float>> answers;
  for (std::size_t start = 0; start < images.count; start += kBatch) {
    const std::size_t n = std::min(kBatch, images.count - start);
    const at::Tensor batch =
        at::empty({static_cast<std::int64_t>(n), spec.channels, spec.height, spec.width},
                  at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
    std::vector<std::int64_t> labels(n);
    std::vector<std::uint32_t> indices(n);
    std::iota(indices.begin(), indices.end(), static_cast<std::uint32_t>(start));
    fill_batch(
        filler, images, indices.data(), n, [](std::uint32_t) { return ImageChange{}; },
        batch.data_ptr<float>(), labels.data());
    const at::Tensor probabilities = at::softmax(network_->infer(batch), 1).contiguous();
    const float* row = probabilities.data_ptr<float>();
    for (std::size_t i = 0; i < n; ++i, row += spec.classes) {
      if (!std::all_of(row, row + spec.classes, [](float p) { return std::isfinite(p); }))
        user_error("image " + std::to_string(start + i + 1) +
                   ": its pixels are so large that the network has no finite answer");
      answers.emplace_back(row, row + spec.classes);
    }
  }
  return answers;
}

}  // namespace sagebrush::vision
