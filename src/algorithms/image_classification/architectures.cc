#include "algorithms/image_classification/architectures.h"

#include <algorithm>
#include <cmath>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

using Layers = std::vector<LayerSpec>;

LayerSpec plain(LayerType type) {
  LayerSpec layer;
  layer.type = type;
  return layer;
}

LayerSpec conv(const std::string& name, std::int64_t in, std::int64_t out, std::int64_t kernel,
               std::int64_t stride, std::int64_t padding) {
  LayerSpec layer = plain(LayerType::kConv2d);
  layer.name = name;
  layer.in = in;
  layer.out = out;
  layer.kernel = kernel;
  layer.stride = stride;
  layer.padding = padding;
  return layer;
}

LayerSpec norm(const std::string& name, std::int64_t features, double momentum) {
  LayerSpec layer = plain(LayerType::kBatchNorm2d);
  layer.name = name;
  layer.in = layer.out = features;
  layer.momentum = momentum;
  return layer;
}

LayerSpec max_pool(std::int64_t kernel) {
  LayerSpec layer = plain(LayerType::kMaxPool2d);
  layer.kernel = layer.stride = kernel;
  return layer;
}

LayerSpec linear(const std::string& name, std::int64_t in, std::int64_t out, bool bias) {
  LayerSpec layer = plain(LayerType::kLinear);
  layer.name = name;
  layer.in = in;
  layer.out = out;
  layer.bias = bias;
  return layer;
}

// A multiple of 16 fills the vector units whole.
std::int64_t widened(std::int64_t base, double factor) {
  return std::max<std::int64_t>(16, std::llround(static_cast<double>(base) * factor / 16.0) * 16);
}

void add_cnn(NetworkSpec& spec, double width) {
  PlaneSize size{spec.channels, spec.height, spec.width};
  int number = 0;
  const auto add = [&](std::int64_t base, std::int64_t kernel) {
    const std::string suffix = std::to_string(++number);
    const std::int64_t out = widened(base, width);
    spec.layers.push_back(conv("conv" + suffix, size.channels, out, kernel, 2, kernel / 2));
    size = size_after(spec.layers.back(), size);
    spec.layers.push_back(norm("norm" + suffix, out, 0.2));
    spec.layers.push_back(plain(LayerType::kRelu));
  };
  add(16, 5);
  add(32, 3);
  add(64, 3);
  while (size.height * size.width > 16) add(64, 3);
  spec.layers.push_back(plain(LayerType::kFlatten));
  spec.layers.push_back(
      linear("classifier", size.channels * size.height * size.width, spec.classes, true));
}

void add_resnet18(NetworkSpec& spec, double width) {
  if (std::min(spec.height, spec.width) < 8)
    user_error("hyperparameter model: resnet18 needs images of at least 8x8 pixels");
  std::int64_t in = widened(64, width);
  Layers& layers = spec.layers;
  layers.push_back(conv("conv1", spec.channels, in, 3, 1, 1));
  layers.push_back(norm("bn1", in, 0.1));
  layers.push_back(plain(LayerType::kRelu));
  for (int stage = 1; stage <= 4; ++stage) {
    const std::int64_t out = widened(std::int64_t{32} << stage, width);
    for (int block = 0; block < 2; ++block) {
      const std::string name = "layer" + std::to_string(stage) + "." + std::to_string(block) + ".";
      const std::int64_t stride = stage > 1 && block == 0 ? 2 : 1;
      LayerSpec residual = plain(LayerType::kResidual);
      residual.body = {conv(name + "conv1", in, out, 3, stride, 1), norm(name + "bn1", out, 0.1),
                       plain(LayerType::kRelu), conv(name + "conv2", out, out, 3, 1, 1),
                       norm(name + "bn2", out, 0.1)};
      if (stride != 1 || in != out)
        residual.shortcut = {conv(name + "downsample.0", in, out, 1, stride, 0),
                             norm(name + "downsample.1", out, 0.1)};
      layers.push_back(std::move(residual));
      layers.push_back(plain(LayerType::kRelu));
      in = out;
    }
  }
  layers.push_back(plain(LayerType::kGlobalAveragePool));
  layers.push_back(plain(LayerType::kFlatten));
  layers.push_back(linear("fc", in, spec.classes, true));
}

struct Airbench {
  std::int64_t first;
  std::int64_t rest;
  bool deep;  // three convolutions a group, the last two beside a shortcut
  double momentum;
};

void add_airbench_group(Layers& layers, const std::string& name, std::int64_t in, std::int64_t out,
                        const Airbench& variant) {
  const auto add_conv = [&](Layers& to, const char* number, std::int64_t from) {
    to.push_back(conv(name + ".conv" + number, from, out, 3, 1, 1));
    to.back().init = Init::kDirac;
  };
  const auto add_norm = [&](Layers& to, const char* number) {
    to.push_back(norm(name + ".norm" + number, out, variant.momentum));
    to.back().fixed_scale = true;
    to.back().eps = 1e-12;
  };
  add_conv(layers, "1", in);
  layers.push_back(max_pool(2));
  add_norm(layers, "1");
  layers.push_back(plain(LayerType::kGelu));
  LayerSpec residual = plain(LayerType::kResidual);
  Layers& second = variant.deep ? residual.body : layers;
  add_conv(second, "2", out);
  add_norm(second, "2");
  if (variant.deep) {
    second.push_back(plain(LayerType::kGelu));
    add_conv(second, "3", out);
    add_norm(second, "3");
    layers.push_back(std::move(residual));
  }
  layers.push_back(plain(LayerType::kGelu));
}

void add_airbench(NetworkSpec& spec, const Airbench& variant, double width) {
  constexpr std::int64_t kKernel = 2;
  constexpr double kScale = 1.0 / 9.0;
  if (std::min(spec.height, spec.width) < 17)
    user_error("hyperparameter model: airbench needs images of at least 17x17 pixels");
  const std::int64_t whitened = 2 * spec.channels * kKernel * kKernel;
  Layers& layers = spec.layers;
  layers.push_back(conv("0", spec.channels, whitened, kKernel, 1, 0));
  layers.back().bias = true;
  layers.back().init = Init::kWhitening;
  layers.push_back(plain(LayerType::kGelu));
  const std::int64_t first = widened(variant.first, width);
  const std::int64_t rest = widened(variant.rest, width);
  add_airbench_group(layers, "2", whitened, first, variant);
  add_airbench_group(layers, "3", first, rest, variant);
  add_airbench_group(layers, "4", rest, rest, variant);
  // 32x32 images are 3x3 here and become one pixel.
  PlaneSize size{spec.channels, spec.height, spec.width};
  for (const LayerSpec& layer : layers) size = size_after(layer, size);
  const std::int64_t last = std::min<std::int64_t>({3, size.height, size.width});
  if (last > 1) {
    layers.push_back(max_pool(last));
    size = size_after(layers.back(), size);
  }
  layers.push_back(plain(LayerType::kFlatten));
  layers.push_back(linear("7", rest * size.height * size.width, spec.classes, false));
  layers.push_back(plain(LayerType::kScale));
  layers.back().factor = kScale;
}

}  // namespace

NetworkSpec make_network(Architecture architecture, std::int64_t channels, std::int64_t height,
                         std::int64_t width, std::int64_t classes, double width_factor) {
  NetworkSpec spec{channels, height, width, classes, {}};
  switch (architecture) {
    case Architecture::kCnn: add_cnn(spec, width_factor); break;
    case Architecture::kResnet18: add_resnet18(spec, width_factor); break;
    case Architecture::kAirbench94: add_airbench(spec, {64, 256, false, 0.4}, width_factor); break;
    case Architecture::kAirbench95: add_airbench(spec, {128, 384, false, 0.4}, width_factor); break;
    case Architecture::kAirbench96: add_airbench(spec, {128, 512, true, 0.1}, width_factor); break;
  }
  check(spec);
  return spec;
}

}  // namespace sagebrush::vision
