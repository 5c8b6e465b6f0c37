#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace sagebrush::vision {

enum class LayerType { kConv2d, kBatchNorm2d, kRelu, kMaxPool2d, kFlatten, kLinear };

// One layer, in PyTorch's words and meanings (torch.nn.Conv2d and so on).
struct LayerSpec {
  LayerType type = LayerType::kRelu;
  std::string name;     // of layers with weights; tensors are <name>.weight, <name>.bias, …
  std::int64_t in = 0;  // channels or features
  std::int64_t out = 0;
  std::int64_t kernel = 0;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  bool bias = false;
  double eps = 1e-5;  // of batch_norm2d
  double momentum = 0.1;
};

// A chain of layers, as config.json describes it, so that another program can rebuild it without
// knowing its name.
struct NetworkSpec {
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t classes = 0;
  std::vector<LayerSpec> layers;
};

// The network for a data set: three strided convolutions with batch normalisation, and a linear
// layer. 0.6 million multiply-adds an image of 28x28; strides rather than pooling, because on CPUs
// the activations' traffic is the cost.
NetworkSpec default_network(std::int64_t channels, std::int64_t height, std::int64_t width,
                            std::int64_t classes, double width_factor);

// The spatial size after each layer, checked. Throws Error{kUser} when layers do not fit together
// or are absurd.
void check(const NetworkSpec& spec);

boost::json::value to_json(const NetworkSpec& spec);

// Throws Error{kUser} for anything that to_json would not write; the result is checked.
NetworkSpec network_from_json(const boost::json::value& value);

}  // namespace sagebrush::vision
