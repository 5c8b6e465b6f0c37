#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/network_spec.h"

namespace sagebrush::vision {
namespace {

// What no network of ours comes near; keeps a forged config.json from asking for the machine's
// memory.
constexpr std::int64_t kMaxWeights = std::int64_t{1} << 30;
constexpr std::int64_t kMaxActivations = std::int64_t{1} << 30;

class Checker {
 public:
  explicit Checker(const NetworkSpec& spec)
      : spec_(spec), size_{spec.channels, spec.height, spec.width} {}

  void run() {
    bool flat = false;
    bool done = false;
    for (const LayerSpec& layer : spec_.layers) {
      if (done && layer.type != LayerType::kScale) misfit("only scale may follow linear");
      if (flat && !done && layer.type != LayerType::kLinear)
        misfit("after flatten comes a linear layer");
      if (layer.type == LayerType::kLinear) {
        if (!flat) misfit("linear comes after flatten");
        check_linear(layer);
        done = true;
      } else if (layer.type == LayerType::kFlatten) {
        flat = true;
      } else {
        step(layer);
      }
      ++index_;
    }
    if (!done) user_error("config.json: network: the last layer must be linear");
  }

 private:
  [[noreturn]] void misfit(const std::string& what) const {
    user_error("config.json: layer " + std::to_string(index_) + " of the network: " + what);
  }

  void count(std::int64_t weights) {
    weights_ += weights;
    if (weights_ > kMaxWeights || size_.channels * size_.height * size_.width > kMaxActivations)
      misfit("the network is too large");
  }

  void check_linear(const LayerSpec& layer) {
    if (layer.in != size_.channels * size_.height * size_.width)
      misfit("in_features does not fit the layer before");
    if (layer.out != spec_.classes) misfit("the linear layer must give one output a class");
    count(layer.in * layer.out);
  }

  void step(const LayerSpec& layer) {
    if (layer.type == LayerType::kConv2d && layer.in != size_.channels)
      misfit("in_channels does not fit the layer before");
    if (layer.type == LayerType::kBatchNorm2d && layer.in != size_.channels)
      misfit("num_features does not fit the layer before");
    if (layer.type == LayerType::kFlatten || layer.type == LayerType::kLinear)
      misfit("flatten and linear are not for a residual's inside");
    if (layer.type == LayerType::kResidual) {
      const PlaneSize before = size_;
      for (const LayerSpec& inner : layer.body) step(inner);
      const PlaneSize body = size_;
      size_ = before;
      for (const LayerSpec& inner : layer.shortcut) step(inner);
      if (body.channels != size_.channels || body.height != size_.height ||
          body.width != size_.width)
        misfit("a residual's body and shortcut differ in size");
      return;
    }
    if (layer.kernel > size_.height + 2 * layer.padding ||
        layer.kernel > size_.width + 2 * layer.padding)
      misfit("the kernel is larger than the image");
    size_ = size_after(layer, size_);
    count(layer.type == LayerType::kConv2d ? layer.in * layer.out * layer.kernel * layer.kernel
                                           : 0);
  }

  const NetworkSpec& spec_;
  PlaneSize size_;
  std::int64_t weights_ = 0;
  std::size_t index_ = 0;
};

}  // namespace

PlaneSize size_after(const LayerSpec& layer, PlaneSize size) {
  switch (layer.type) {
    case LayerType::kConv2d:
    case LayerType::kMaxPool2d:
      if (layer.type == LayerType::kConv2d) size.channels = layer.out;
      size.height = (size.height + 2 * layer.padding - layer.kernel) / layer.stride + 1;
      size.width = (size.width + 2 * layer.padding - layer.kernel) / layer.stride + 1;
      break;
    case LayerType::kGlobalAveragePool: size.height = size.width = 1; break;
    case LayerType::kResidual:
      for (const LayerSpec& inner : layer.body) size = size_after(inner, size);
      break;
    default: break;
  }
  return size;
}

void check(const NetworkSpec& spec) {
  Checker(spec).run();
}

}  // namespace sagebrush::vision
