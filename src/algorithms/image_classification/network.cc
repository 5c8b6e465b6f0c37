#include "algorithms/image_classification/network.h"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <cstring>

#include "algorithms/image_classification/random.h"

namespace sagebrush::vision {
namespace {

using Shape = std::vector<std::int64_t>;

std::int64_t product(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

// A view of `memory`; four dimensions [O, I, H, W] lie in channels_last order.
at::Tensor view_of(float* memory, const Shape& shape) {
  if (shape.size() != 4) return at::from_blob(memory, shape, at::kFloat);
  const Shape strides = {shape[1] * shape[2] * shape[3], 1, shape[3] * shape[1], shape[1]};
  return at::from_blob(memory, shape, strides, at::kFloat);
}

}  // namespace

Network::Network(NetworkSpec spec, at::Tensor values)
    : spec_(std::move(spec)), values_(std::move(values)) {
  build();
}

std::unique_ptr<Network> Network::replica() const {
  std::unique_ptr<Network> copy(new Network(spec_, values_));
  copy->statistics_.copy_(statistics_);
  return copy;
}

Network::Network(NetworkSpec spec, std::uint64_t seed) : Network(std::move(spec), at::Tensor()) {
  const c10::AutoGradMode no_grad(false);
  Random random(seed, Random::Stream::kWeights);
  for (Layer& layer : layers_) {
    if (!layer.weight.defined()) continue;
    if (layer.running_mean.defined()) {
      layer.weight.fill_(1);
      continue;
    }
    const auto fan_in = static_cast<double>(layer.weight.numel() / layer.weight.size(0));
    const auto limit = static_cast<float>(1.0 / std::sqrt(fan_in));
    for (at::Tensor* tensor : {&layer.weight, &layer.bias}) {
      if (!tensor->defined()) continue;
      auto* at = tensor->data_ptr<float>();
      for (std::int64_t i = 0; i < tensor->numel(); ++i) at[i] = random.symmetric(limit);
    }
  }
}

void Network::build() {
  struct Planned {
    std::string name;
    Shape shape;        // as the layer uses it
    Shape saved_shape;  // as PyTorch has it
    at::Tensor* target;
    bool decays;
  };
  std::vector<Planned> planned;
  std::int64_t statistics = 0;
  layers_.resize(spec_.layers.size());
  std::int64_t height = spec_.height;
  std::int64_t width = spec_.width;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const LayerSpec& l = spec_.layers[i];
    Layer& layer = layers_[i];
    if (l.type == LayerType::kConv2d || l.type == LayerType::kMaxPool2d) {
      height = (height + 2 * l.padding - l.kernel) / l.stride + 1;
      width = (width + 2 * l.padding - l.kernel) / l.stride + 1;
    }
    if (l.type == LayerType::kConv2d) {
      const Shape shape = {l.out, l.in, l.kernel, l.kernel};
      planned.push_back({l.name + ".weight", shape, shape, &layer.weight, true});
    } else if (l.type == LayerType::kBatchNorm2d) {
      planned.push_back({l.name + ".weight", {l.in}, {l.in}, &layer.weight, false});
      planned.push_back({l.name + ".bias", {l.in}, {l.in}, &layer.bias, false});
      statistics += 2 * l.in;
    } else if (l.type == LayerType::kLinear) {
      // Run as a convolution over the whole plane: oneDNN is an order of magnitude ahead of a
      // reference BLAS here.
      planned.push_back({l.name + ".weight",
                         {l.out, l.in / (height * width), height, width},
                         {l.out, l.in},
                         &layer.weight,
                         true});
      planned.push_back({l.name + ".bias", {l.out}, {l.out}, &layer.bias, false});
    }
  }
  std::size_t total = 0;
  for (const Planned& p : planned) {
    const std::size_t begin = total;
    total += static_cast<std::size_t>(product(p.shape));
    ranges_.push_back({begin, total, p.decays});
    total = (total + 15) / 16 * 16;  // each starts a cache line
  }
  if (!values_.defined()) values_ = at::zeros({static_cast<std::int64_t>(total)});
  gradients_ = at::zeros({static_cast<std::int64_t>(total)});
  for (std::size_t i = 0; i < planned.size(); ++i) {
    Planned& p = planned[i];
    *p.target = view_of(values() + ranges_[i].begin, p.shape);
    p.target->set_requires_grad(true);
    p.target->mutable_grad() = view_of(gradients() + ranges_[i].begin, p.shape);
    slots_.push_back({p.name, *p.target, p.saved_shape});
  }
  statistics_ = at::zeros({statistics});
  float* at = this->statistics();
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const LayerSpec& l = spec_.layers[i];
    if (l.type != LayerType::kBatchNorm2d) continue;
    layers_[i].running_mean = view_of(at, {l.in});
    layers_[i].running_var = view_of(at + l.in, {l.in});
    layers_[i].running_var.fill_(1);
    at += 2 * l.in;
    slots_.push_back({l.name + ".running_mean", layers_[i].running_mean, {l.in}});
    slots_.push_back({l.name + ".running_var", layers_[i].running_var, {l.in}});
  }
}

at::Tensor Network::forward(at::Tensor images, bool training) {
  const c10::AutoGradMode mode(training);
  at::Tensor x = std::move(images);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const LayerSpec& l = spec_.layers[i];
    Layer& layer = layers_[i];
    switch (l.type) {
      case LayerType::kConv2d: x = at::conv2d(x, layer.weight, {}, l.stride, l.padding); break;
      case LayerType::kBatchNorm2d:
        x = at::batch_norm(x, layer.weight, layer.bias, layer.running_mean, layer.running_var,
                           training, l.momentum, l.eps, false);
        break;
      case LayerType::kRelu: at::relu_(x); break;
      case LayerType::kMaxPool2d: x = at::max_pool2d(x, l.kernel); break;
      case LayerType::kFlatten: break;
      case LayerType::kLinear:
        x = at::conv2d(x, layer.weight, layer.bias).reshape({-1, l.out});
        break;
    }
  }
  return x;
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
