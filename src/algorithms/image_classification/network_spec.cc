#include "algorithms/image_classification/network_spec.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace json = boost::json;
namespace {

struct TypeName {
  LayerType type;
  const char* name;
};
constexpr TypeName kTypes[] = {
    {LayerType::kConv2d, "conv2d"},   {LayerType::kBatchNorm2d, "batch_norm2d"},
    {LayerType::kRelu, "relu"},       {LayerType::kMaxPool2d, "max_pool2d"},
    {LayerType::kFlatten, "flatten"}, {LayerType::kLinear, "linear"},
};

// What no network of ours comes near; keeps a forged config.json from asking for the machine's
// memory.
constexpr std::int64_t kMaxSize = 1 << 20;
constexpr std::int64_t kMaxWeights = std::int64_t{1} << 30;
constexpr std::size_t kMaxLayers = 1000;

[[noreturn]] void misfit(std::size_t index, const std::string& what) {
  user_error("config.json: layer " + std::to_string(index) + " of the network: " + what);
}

std::int64_t size_of(const json::object& object, const char* key, std::int64_t low,
                     std::int64_t high) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64() || value->as_int64() < low || value->as_int64() > high)
    user_error(std::string("config.json: network: ") + key + " must be an integer from " +
               std::to_string(low) + " to " + std::to_string(high));
  return value->as_int64();
}

std::string text_of(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string())
    user_error(std::string("config.json: network: ") + key + " must be a text");
  return value->as_string().c_str();
}

double real_of(const json::object& object, const char* key, double by_default) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return by_default;
  if (!value->is_number())
    user_error(std::string("config.json: network: ") + key + " must be a number");
  return value->to_number<double>();
}

LayerSpec layer_from_json(const json::object& object) {
  const std::string type = text_of(object, "type");
  LayerSpec layer;
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&type](const TypeName& row) { return type == row.name; });
  if (found == std::end(kTypes))
    user_error("config.json: network: layer type '" + type.substr(0, 50) + "' is unknown");
  layer.type = found->type;
  switch (layer.type) {
    case LayerType::kConv2d:
      layer.name = text_of(object, "name");
      layer.in = size_of(object, "in_channels", 1, kMaxSize);
      layer.out = size_of(object, "out_channels", 1, kMaxSize);
      layer.kernel = size_of(object, "kernel_size", 1, 64);
      layer.stride = size_of(object, "stride", 1, 64);
      layer.padding = size_of(object, "padding", 0, 64);
      break;
    case LayerType::kBatchNorm2d:
      layer.name = text_of(object, "name");
      layer.in = layer.out = size_of(object, "num_features", 1, kMaxSize);
      layer.eps = real_of(object, "eps", 1e-5);
      layer.momentum = real_of(object, "momentum", 0.1);
      break;
    case LayerType::kMaxPool2d:
      layer.kernel = layer.stride = size_of(object, "kernel_size", 1, 64);
      break;
    case LayerType::kLinear:
      layer.name = text_of(object, "name");
      layer.in = size_of(object, "in_features", 1, kMaxSize);
      layer.out = size_of(object, "out_features", 1, kMaxSize);
      layer.bias = true;
      break;
    case LayerType::kRelu:
    case LayerType::kFlatten: break;
  }
  return layer;
}

json::object layer_to_json(const LayerSpec& layer) {
  json::object object;
  for (const TypeName& row : kTypes) {
    if (row.type == layer.type) object["type"] = row.name;
  }
  if (!layer.name.empty()) object["name"] = layer.name;
  switch (layer.type) {
    case LayerType::kConv2d:
      object["in_channels"] = layer.in;
      object["out_channels"] = layer.out;
      object["kernel_size"] = layer.kernel;
      object["stride"] = layer.stride;
      object["padding"] = layer.padding;
      object["bias"] = false;
      break;
    case LayerType::kBatchNorm2d:
      object["num_features"] = layer.in;
      object["eps"] = layer.eps;
      object["momentum"] = layer.momentum;
      break;
    case LayerType::kMaxPool2d: object["kernel_size"] = layer.kernel; break;
    case LayerType::kLinear:
      object["in_features"] = layer.in;
      object["out_features"] = layer.out;
      object["bias"] = true;
      break;
    case LayerType::kRelu:
    case LayerType::kFlatten: break;
  }
  return object;
}

}  // namespace

NetworkSpec default_network(std::int64_t channels, std::int64_t height, std::int64_t width,
                            std::int64_t classes, double width_factor) {
  NetworkSpec spec{channels, height, width, classes, {}};
  std::int64_t in = channels;
  int number = 0;
  const auto add = [&](std::int64_t base, std::int64_t kernel) {
    ++number;
    // A multiple of 16 fills the vector units whole.
    const auto out = std::max<std::int64_t>(
        16, std::llround(static_cast<double>(base) * width_factor / 16.0) * 16);
    const std::string suffix = std::to_string(number);
    spec.layers.push_back(
        {LayerType::kConv2d, "conv" + suffix, in, out, kernel, 2, kernel / 2, false});
    spec.layers.push_back(
        {LayerType::kBatchNorm2d, "norm" + suffix, out, out, 0, 1, 0, false, 1e-5, 0.2});
    spec.layers.push_back({LayerType::kRelu, "", 0, 0, 0, 1, 0, false});
    in = out;
    height = (height + 1) / 2;
    width = (width + 1) / 2;
  };
  add(16, 5);
  add(32, 3);
  add(64, 3);
  while (height * width > 16) add(64, 3);
  spec.layers.push_back({LayerType::kFlatten, "", 0, 0, 0, 1, 0, false});
  spec.layers.push_back(
      {LayerType::kLinear, "classifier", in * height * width, classes, 0, 1, 0, true});
  check(spec);
  return spec;
}

void check(const NetworkSpec& spec) {
  std::int64_t channels = spec.channels;
  std::int64_t height = spec.height;
  std::int64_t width = spec.width;
  std::int64_t weights = 0;
  bool flat = false;
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    const LayerSpec& layer = spec.layers[i];
    if (flat != (layer.type == LayerType::kLinear) && (flat || layer.type == LayerType::kLinear))
      misfit(i, "after flatten comes one linear layer, and nowhere else");
    switch (layer.type) {
      case LayerType::kConv2d:
      case LayerType::kMaxPool2d:
        if (layer.type == LayerType::kConv2d) {
          if (layer.in != channels) misfit(i, "in_channels does not fit the layer before");
          channels = layer.out;
          weights += layer.in * layer.out * layer.kernel * layer.kernel;
        }
        height = height + 2 * layer.padding - layer.kernel;
        width = width + 2 * layer.padding - layer.kernel;
        if (height < 0 || width < 0) misfit(i, "the kernel is larger than the image");
        height = height / layer.stride + 1;
        width = width / layer.stride + 1;
        break;
      case LayerType::kBatchNorm2d:
        if (layer.in != channels) misfit(i, "num_features does not fit the layer before");
        break;
      case LayerType::kFlatten: flat = true; break;
      case LayerType::kLinear:
        if (layer.in != channels * height * width)
          misfit(i, "in_features does not fit the layer before");
        if (layer.out != spec.classes || i + 1 != spec.layers.size())
          misfit(i, "the last layer must give one output a class");
        weights += layer.in * layer.out;
        break;
      case LayerType::kRelu: break;
    }
    if (weights > kMaxWeights) misfit(i, "the network is too large");
  }
  if (spec.layers.empty() || spec.layers.back().type != LayerType::kLinear)
    user_error("config.json: network: the last layer must be linear");
}

json::value to_json(const NetworkSpec& spec) {
  json::array layers;
  for (const LayerSpec& layer : spec.layers) layers.push_back(layer_to_json(layer));
  return json::object{{"channels", spec.channels},
                      {"height", spec.height},
                      {"width", spec.width},
                      {"num_classes", spec.classes},
                      {"layers", std::move(layers)}};
}

NetworkSpec network_from_json(const json::value& value) {
  if (!value.is_object()) user_error("config.json: network must be an object");
  const json::object& object = value.as_object();
  NetworkSpec spec;
  spec.channels = size_of(object, "channels", 1, 4096);
  spec.height = size_of(object, "height", 1, 4096);
  spec.width = size_of(object, "width", 1, 4096);
  spec.classes = size_of(object, "num_classes", 2, 65536);
  const json::value* layers = object.if_contains("layers");
  if (layers == nullptr || !layers->is_array() || layers->as_array().size() > kMaxLayers)
    user_error("config.json: network: layers must be a list of at most " +
               std::to_string(kMaxLayers));
  for (const json::value& layer : layers->as_array()) {
    if (!layer.is_object()) user_error("config.json: network: each layer must be an object");
    spec.layers.push_back(layer_from_json(layer.as_object()));
  }
  check(spec);
  return spec;
}

}  // namespace sagebrush::vision
