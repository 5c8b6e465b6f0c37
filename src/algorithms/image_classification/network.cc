#include "algorithms/image_classification/network.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/mean.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "algorithms/image_classification/network_node.h"
#include "algorithms/image_classification/random.h"

namespace sagebrush::vision {
namespace {

// Runs one node; Training is false where neither gradients nor statistics are wanted.
template <bool Training, typename Nodes>
at::Tensor run(Nodes& nodes, at::Tensor x, const SumOverBatch& share) {
  for (auto& node : nodes) {
    const LayerSpec& l = node.spec;
    switch (l.type) {
      case LayerType::kConv2d:
        if constexpr (Training) {
          x = Convolution::apply(node.convolution, x);
        } else {
          x = at::conv2d(x, node.weight, node.bias, l.stride, l.padding);
        }
        break;
      case LayerType::kBatchNorm2d:
        if constexpr (Training) {
          x = normalize_batch(x, node.norm, share);
        } else {
          x = normalize_running(x, node.norm);
        }
        break;
      case LayerType::kRelu: x = x.relu(); break;
      case LayerType::kGelu: x = activate(x, Activation::kGelu); break;
      case LayerType::kMaxPool2d: x = at::max_pool2d(x, l.kernel); break;
      case LayerType::kGlobalAveragePool: x = at::mean(x, {2, 3}, true); break;
      case LayerType::kFlatten: break;
      case LayerType::kLinear:
        if constexpr (Training) {
          x = Convolution::apply(node.convolution, x).reshape({-1, l.out});
        } else {
          x = at::conv2d(x, node.weight, node.bias).reshape({-1, l.out});
        }
        break;
      case LayerType::kScale: x = x.mul(l.factor); break;
      case LayerType::kResidual: {
        const at::Tensor aside = node.shortcut.empty() ? x : run<Training>(node.shortcut, x, share);
        x = run<Training>(node.body, x, share).add_(aside);
        break;
      }
    }
  }
  return x;
}

}  // namespace

Network::Network(NetworkSpec spec, at::Tensor values, Precision precision)
    : spec_(std::move(spec)), precision_(precision), values_(std::move(values)) {
  Builder(*this).build();
}

Network::Network(NetworkSpec spec, std::uint64_t seed, Precision precision)
    : Network(std::move(spec), at::Tensor(), precision) {
  initialize(seed);
}

Network::~Network() = default;

std::unique_ptr<Network> Network::replica() const {
  std::unique_ptr<Network> copy(new Network(spec_, values_, precision_));
  copy->statistics_.copy_(statistics_);
  return copy;
}

void Network::initialize(std::uint64_t seed) {
  const c10::AutoGradMode no_grad(false);
  Random random(seed, Random::Stream::kWeights);
  std::map<std::string, Init> inits;
  const std::function<void(const std::vector<LayerSpec>&)> collect =
      [&](const std::vector<LayerSpec>& layers) {
        for (const LayerSpec& layer : layers) {
          if (layer.type == LayerType::kConv2d) inits[layer.name + ".weight"] = layer.init;
          collect(layer.body);
          collect(layer.shortcut);
        }
      };
  collect(spec_.layers);
  double fan_in = 1;  // of the layer whose weight came last: its bias has the same limit
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const ParameterRange& range = ranges_[i];
    at::Tensor& tensor = parameters_[i];
    if (range.kind == ParameterKind::kNormScale ||
        (range.kind == ParameterKind::kFixed && tensor.dim() == 1)) {
      tensor.fill_(1);
      continue;
    }
    if (range.kind == ParameterKind::kNormBias || range.kind == ParameterKind::kWhitenBias)
      continue;
    if (tensor.dim() == 4)
      fan_in = static_cast<double>(tensor.numel()) / static_cast<double>(tensor.size(0));
    const auto limit = static_cast<float>(1.0 / std::sqrt(fan_in));
    float* const at = values() + range.begin;
    for (std::size_t k = 0; k < range.end - range.begin; ++k) at[k] = random.symmetric(limit);
    const auto init = inits.find(range.name);
    if (init == inits.end() || init->second != Init::kDirac) continue;
    const std::int64_t in = tensor.size(1);
    const std::int64_t area = tensor.size(2) * tensor.size(3);
    for (std::int64_t o = 0; o < std::min(in, tensor.size(0)); ++o) {
      // In memory [out, height, width, in].
      float* const filter = at + o * in * area;
      std::fill_n(filter, in * area, 0.0F);
      filter[(tensor.size(2) / 2 * tensor.size(3) + tensor.size(3) / 2) * in + o] = 1;
    }
  }
}

at::Tensor Network::infer(at::Tensor images) const {
  const c10::AutoGradMode mode(false);
  return run<false>(nodes_, std::move(images), {});
}

at::Tensor Network::train(at::Tensor images, const SumOverBatch& share) {
  const c10::AutoGradMode mode(true);
  return run<true>(nodes_, std::move(images), share);
}

void Network::set_trained(std::size_t range, bool trained) {
  if (ranges_[range].kind != ParameterKind::kFixed) parameters_[range].set_requires_grad(trained);
}

std::vector<NamedTensor> Network::tensors() const {
  std::vector<NamedTensor> result;
  for (const Slot& slot : slots_) {
    const at::Tensor plain = slot.value.detach().contiguous();
    const auto* data = plain.data_ptr<float>();
    result.push_back({slot.name, slot.saved_shape, {data, data + plain.numel()}});
  }
  return result;
}

void Network::load(const Safetensors& file) {
  const c10::AutoGradMode no_grad(false);
  for (Slot& slot : slots_) {
    const TensorView& saved = file.get(slot.name, slot.saved_shape);
    slot.value.copy_(at::from_blob(const_cast<float*>(saved.data), slot.value.sizes(), at::kFloat));
  }
}

}  // namespace sagebrush::vision
