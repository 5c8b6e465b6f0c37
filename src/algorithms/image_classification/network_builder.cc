#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include "algorithms/image_classification/network_node.h"

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

Activation activation_of(LayerType type) {
  if (type == LayerType::kRelu) return Activation::kRelu;
  return type == LayerType::kGelu ? Activation::kGelu : Activation::kNone;
}

}  // namespace

void Network::Builder::build() {
  network_.nodes_ = make_nodes(network_.spec_.layers);
  PlaneSize size{network_.spec_.channels, network_.spec_.height, network_.spec_.width};
  plan(network_.nodes_, size);
  place_parameters();
  network_.statistics_ = at::zeros({statistics_});
  float* at = network_.statistics();
  place_statistics(network_.nodes_, at);
  make_convolutions(network_.nodes_);
}

std::vector<Network::Node> Network::Builder::make_nodes(const std::vector<LayerSpec>& layers) {
  std::vector<Node> nodes;
  for (const LayerSpec& layer : layers) {
    const Activation activation = activation_of(layer.type);
    if (activation != Activation::kNone && !nodes.empty() &&
        nodes.back().spec.type == LayerType::kBatchNorm2d &&
        nodes.back().norm.activation == Activation::kNone) {
      nodes.back().norm.activation = activation;
      continue;
    }
    Node node;
    node.spec = layer;
    node.norm.activation = activation;
    if (layer.type == LayerType::kResidual) {
      node.body = make_nodes(layer.body);
      node.shortcut = make_nodes(layer.shortcut);
    }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

// The nodes no longer move from here on: targets point into them.
void Network::Builder::plan(std::vector<Node>& nodes, PlaneSize& size) {
  for (Node& node : nodes) {
    plan_layer(node, size);
    if (node.spec.type == LayerType::kResidual) {
      PlaneSize shortcut = size;
      plan(node.body, size);
      plan(node.shortcut, shortcut);
    } else {
      size = size_after(node.spec, size);
    }
  }
}

void Network::Builder::plan_layer(Node& node, const PlaneSize& size) {
  const LayerSpec& l = node.spec;
  if (l.type == LayerType::kConv2d) {
    const bool fixed = l.init == Init::kWhitening;
    const Shape shape = {l.out, l.in, l.kernel, l.kernel};
    planned_.push_back({l.name + ".weight", shape, shape, &node.weight,
                        fixed ? ParameterKind::kFixed : ParameterKind::kFilter});
    if (l.bias)
      planned_.push_back({l.name + ".bias",
                          {l.out},
                          {l.out},
                          &node.bias,
                          fixed ? ParameterKind::kWhitenBias : ParameterKind::kBias});
  } else if (l.type == LayerType::kBatchNorm2d) {
    node.norm.eps = l.eps;
    node.norm.momentum = l.momentum;
    planned_.push_back({l.name + ".weight",
                        {l.in},
                        {l.in},
                        &node.norm.weight,
                        l.fixed_scale ? ParameterKind::kFixed : ParameterKind::kNormScale});
    planned_.push_back(
        {l.name + ".bias", {l.in}, {l.in}, &node.norm.bias, ParameterKind::kNormBias});
    statistics_ += 2 * l.in;
  } else if (l.type == LayerType::kLinear) {
    // Run as a convolution over the whole plane: oneDNN is an order of magnitude ahead of a
    // reference BLAS here.
    planned_.push_back({l.name + ".weight",
                        {l.out, size.channels, size.height, size.width},
                        {l.out, l.in},
                        &node.weight,
                        ParameterKind::kHead});
    if (l.bias)
      planned_.push_back({l.name + ".bias", {l.out}, {l.out}, &node.bias, ParameterKind::kBias});
  }
}

void Network::Builder::place_parameters() {
  std::size_t total = 0;
  for (const Planned& p : planned_) {
    const std::size_t begin = total;
    total += static_cast<std::size_t>(product(p.shape));
    network_.ranges_.push_back({p.name, begin, total, p.kind, p.shape[0]});
    total = (total + 15) / 16 * 16;  // each starts a cache line
  }
  const auto count = static_cast<std::int64_t>(total);
  if (!network_.values_.defined()) network_.values_ = at::zeros({count});
  network_.gradients_ = at::zeros({count});
  for (std::size_t i = 0; i < planned_.size(); ++i) {
    const Planned& p = planned_[i];
    const ParameterRange& range = network_.ranges_[i];
    *p.target = view_of(network_.values() + range.begin, p.shape);
    if (p.kind != ParameterKind::kFixed) {
      p.target->set_requires_grad(true);
      p.target->mutable_grad() = view_of(network_.gradients() + range.begin, p.shape);
    }
    network_.slots_.push_back({p.name, *p.target, p.saved_shape});
    network_.parameters_.push_back(*p.target);
  }
}

void Network::Builder::make_convolutions(std::vector<Node>& nodes) {
  for (Node& node : nodes) {
    const bool linear = node.spec.type == LayerType::kLinear;
    if (linear || node.spec.type == LayerType::kConv2d)
      node.convolution =
          c10::make_intrusive<Convolution>(node.weight, node.bias, linear ? 1 : node.spec.stride,
                                           linear ? 0 : node.spec.padding, network_.precision_);
    make_convolutions(node.body);
    make_convolutions(node.shortcut);
  }
}

void Network::Builder::place_statistics(std::vector<Node>& nodes, float*& at) {
  for (Node& node : nodes) {
    if (node.spec.type == LayerType::kBatchNorm2d) {
      const std::int64_t features = node.spec.in;
      node.norm.running_mean = view_of(at, {features});
      node.norm.running_var = view_of(at + features, {features});
      node.norm.running_var.fill_(1);
      at += 2 * features;
      network_.slots_.push_back(
          {node.spec.name + ".running_mean", node.norm.running_mean, {features}});
      network_.slots_.push_back(
          {node.spec.name + ".running_var", node.norm.running_var, {features}});
    }
    place_statistics(node.body, at);
    place_statistics(node.shortcut, at);
  }
}

}  // namespace sagebrush::vision
