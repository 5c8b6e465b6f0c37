#include "algorithms/image_classification/network_spec.h"

#include <algorithm>
#include <boost/json.hpp>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace json = boost::json;
namespace {

struct TypeName {
  LayerType type;
  const char* name;
};
constexpr TypeName kTypes[] = {
    {LayerType::kConv2d, "conv2d"},
    {LayerType::kBatchNorm2d, "batch_norm2d"},
    {LayerType::kRelu, "relu"},
    {LayerType::kGelu, "gelu"},
    {LayerType::kMaxPool2d, "max_pool2d"},
    {LayerType::kGlobalAveragePool, "global_avg_pool2d"},
    {LayerType::kFlatten, "flatten"},
    {LayerType::kLinear, "linear"},
    {LayerType::kScale, "scale"},
    {LayerType::kResidual, "residual"},
};

constexpr std::int64_t kMaxSize = 1 << 20;
constexpr std::size_t kMaxLayers = 1000;
constexpr int kMaxDepth = 4;

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

bool flag_of(const json::object& object, const char* key, bool by_default) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return by_default;
  if (!value->is_bool())
    user_error(std::string("config.json: network: ") + key + " must be true or false");
  return value->as_bool();
}

std::vector<LayerSpec> layers_from_json(const json::object& object, const char* key, int depth);

LayerSpec layer_from_json(const json::object& object, int depth) {
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
      layer.bias = flag_of(object, "bias", false);
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
      layer.bias = flag_of(object, "bias", true);
      break;
    case LayerType::kScale: layer.factor = real_of(object, "factor", 1); break;
    case LayerType::kResidual:
      layer.body = layers_from_json(object, "body", depth + 1);
      layer.shortcut = layers_from_json(object, "shortcut", depth + 1);
      break;
    default: break;
  }
  return layer;
}

std::vector<LayerSpec> layers_from_json(const json::object& object, const char* key, int depth) {
  const json::value* layers = object.if_contains(key);
  if (layers == nullptr || !layers->is_array() || layers->as_array().size() > kMaxLayers ||
      depth > kMaxDepth)
    user_error(std::string("config.json: network: ") + key + " must be a list of at most " +
               std::to_string(kMaxLayers));
  std::vector<LayerSpec> list;
  for (const json::value& layer : layers->as_array()) {
    if (!layer.is_object()) user_error("config.json: network: each layer must be an object");
    list.push_back(layer_from_json(layer.as_object(), depth));
  }
  return list;
}

json::array layers_to_json(const std::vector<LayerSpec>& layers);

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
      object["bias"] = layer.bias;
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
      object["bias"] = layer.bias;
      break;
    case LayerType::kScale: object["factor"] = layer.factor; break;
    case LayerType::kResidual:
      object["body"] = layers_to_json(layer.body);
      object["shortcut"] = layers_to_json(layer.shortcut);
      break;
    default: break;
  }
  return object;
}

json::array layers_to_json(const std::vector<LayerSpec>& layers) {
  json::array list;
  for (const LayerSpec& layer : layers) list.push_back(layer_to_json(layer));
  return list;
}

}  // namespace

json::value to_json(const NetworkSpec& spec) {
  return json::object{{"channels", spec.channels},
                      {"height", spec.height},
                      {"width", spec.width},
                      {"num_classes", spec.classes},
                      {"layers", layers_to_json(spec.layers)}};
}

NetworkSpec network_from_json(const json::value& value) {
  if (!value.is_object()) user_error("config.json: network must be an object");
  const json::object& object = value.as_object();
  NetworkSpec spec;
  spec.channels = size_of(object, "channels", 1, 4096);
  spec.height = size_of(object, "height", 1, 4096);
  spec.width = size_of(object, "width", 1, 4096);
  spec.classes = size_of(object, "num_classes", 2, 65536);
  spec.layers = layers_from_json(object, "layers", 0);
  check(spec);
  return spec;
}

}  // namespace sagebrush::vision
