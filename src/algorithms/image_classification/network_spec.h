#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace sagebrush::vision {

enum class LayerType {
  kConv2d,
  kBatchNorm2d,
  kRelu,
  kGelu,
  kMaxPool2d,
  kGlobalAveragePool,
  kFlatten,
  kLinear,
  kScale,
  kResidual
};

// How a layer's weight starts, beside PyTorch's default.
enum class Init {
  kDefault,
  kDirac,      // the first in_channels filters pass their channel on (torch.nn.init.dirac_)
  kWhitening,  // from the training images, and never trained (trainer)
};

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
  double factor = 1;  // of scale
  Init init = Init::kDefault;
  bool fixed_scale = false;     // of batch_norm2d: the weight stays 1
  std::vector<LayerSpec> body;  // of residual: body(x) + shortcut(x); an empty shortcut is x
  std::vector<LayerSpec> shortcut;
};

// Layers one after another, as config.json describes them, so that another program can rebuild the
// network without knowing its name.
struct NetworkSpec {
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t classes = 0;
  std::vector<LayerSpec> layers;
};

// What passes between layers.
struct PlaneSize {
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
};

// The size after a layer that fits (check).
PlaneSize size_after(const LayerSpec& layer, PlaneSize size);

// Throws Error{kUser} when layers do not fit together or are absurd.
void check(const NetworkSpec& spec);

boost::json::value to_json(const NetworkSpec& spec);

// Throws Error{kUser} for anything that to_json would not write; the result is checked.
NetworkSpec network_from_json(const boost::json::value& value);

}  // namespace sagebrush::vision
