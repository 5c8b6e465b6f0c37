#include "algorithms/image_classification/convolution.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <dnnl.hpp>
#include <unordered_map>
#include <vector>

#include "algorithms/image_classification/kernels/norm_kernels.h"

namespace sagebrush::vision {
namespace {

using dnnl::memory;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

const dnnl::engine& processor() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& stream() {
  thread_local dnnl::stream own(processor());
  return own;
}

at::Tensor channels_last(const at::Tensor& images) {
  return images.contiguous(at::MemoryFormat::ChannelsLast);
}

constexpr memory::data_type kFloat = memory::data_type::f32;

memory::desc plain(const memory::dims& dims, memory::data_type type = kFloat) {
  return {dims, type, memory::format_tag::nhwc};
}

memory::desc any(const memory::dims& dims, memory::data_type type = kFloat) {
  return {dims, type, memory::format_tag::any};
}

// A factor of the products.
at::Tensor factor(const at::Tensor& tensor, Precision precision) {
  return precision == Precision::kBFloat16 ? tensor.to(at::kBFloat16) : tensor;
}

// Memory that a tensor owns, told at each use.
memory handle(const memory::desc& desc) {
  return {desc, processor(), nullptr};
}

void point(memory& at, const at::Tensor& tensor) {
  at.set_data_handle(tensor.data_ptr(), stream());
}

// Weights in the order that a primitive wants them; the tensor's own where it is that already.
class Packed {
 public:
  Packed(const memory::desc& tensors, const memory::desc& wanted)
      : plain_(handle(tensors)), packed_(wanted == tensors ? plain_ : memory(wanted, processor())) {
    if (wanted == tensors) return;
    in_ = dnnl::reorder(plain_, packed_);
    out_ = dnnl::reorder(packed_, plain_);
  }

  const memory& use(const at::Tensor& weight) {
    point(plain_, weight);
    if (in_) in_.execute(stream(), plain_, packed_);
    return packed_;
  }
  // For what a primitive writes: the memory it goes to, and then the way to the tensor.
  const memory& into(const at::Tensor& weight) {
    point(plain_, weight);
    return packed_;
  }
  void store() {
    if (out_) out_.execute(stream(), packed_, plain_);
  }

 private:
  memory plain_, packed_;
  dnnl::reorder in_, out_;
};

}  // namespace

struct Convolution::Plan {
  using Forward = dnnl::convolution_forward;
  using BackwardData = dnnl::convolution_backward_data;
  using BackwardWeights = dnnl::convolution_backward_weights;

  Plan(const memory::dims& from, const memory::dims& weights, bool biased, std::int64_t stride,
       std::int64_t padding, Precision precision)
      : sizes(from) {
    const auto length = [&](std::size_t i) {
      return (from[i] + 2 * padding - weights[i]) / stride + 1;
    };
    const memory::dims to = {from[0], weights[0], length(2), length(3)};
    const memory::dims steps = {stride, stride};
    const memory::dims around = {padding, padding};
    constexpr auto kDirect = dnnl::algorithm::convolution_direct;
    const auto type = precision == Precision::kBFloat16 ? memory::data_type::bf16 : kFloat;
    const memory::desc bias_desc =
        biased ? memory::desc({to[1]}, kFloat, memory::format_tag::x) : memory::desc();
    const Forward::primitive_desc forward_desc(
        {dnnl::prop_kind::forward_training, kDirect, plain(from, type), any(weights, type),
         bias_desc, plain(to), steps, around, around},
        processor());
    const BackwardData::primitive_desc data_desc(
        {kDirect, plain(from), any(weights, type), plain(to, type), steps, around, around},
        processor(), forward_desc);
    const BackwardWeights::primitive_desc weights_desc(
        {kDirect, plain(from, type), any(weights), plain(to, type), steps, around, around},
        processor(), forward_desc);
    forward = Forward(forward_desc);
    backward_data = BackwardData(data_desc);
    backward_weights = BackwardWeights(weights_desc);
    if (biased) bias = handle(bias_desc);
    input = handle(plain(from, type));
    output = handle(plain(to));
    input_gradient = handle(plain(from));
    output_gradient = handle(plain(to, type));
    forward_weights = std::make_unique<Packed>(plain(weights), forward_desc.weights_desc());
    data_weights = std::make_unique<Packed>(plain(weights), data_desc.weights_desc());
    gradient = std::make_unique<Packed>(plain(weights), weights_desc.diff_weights_desc());
    result = to;
  }

  memory::dims sizes, result;
  Forward forward;
  BackwardData backward_data;
  BackwardWeights backward_weights;
  memory input, output, input_gradient, output_gradient, bias;
  std::unique_ptr<Packed> forward_weights, data_weights, gradient;
};

Convolution::Convolution(at::Tensor weight, at::Tensor bias, std::int64_t stride,
                         std::int64_t padding, Precision precision)
    : weight_(std::move(weight)),
      bias_(std::move(bias)),
      stride_(stride),
      padding_(padding),
      precision_(precision) {}

Convolution::~Convolution() = default;

Convolution::Plan& Convolution::plan_for(const at::Tensor& images) {
  const memory::dims sizes = images.sizes().vec();
  if (!plan_ || plan_->sizes != sizes)
    plan_ = std::make_unique<Plan>(sizes, weight_.sizes().vec(), bias_.defined(), stride_, padding_,
                                   precision_);
  return *plan_;
}

class Convolution::Function : public torch::autograd::Function<Function> {
 public:
  // The parameters are given so that the result depends on them.
  static Variable forward(AutogradContext* context, const Variable& images, const Variable&,
                          const c10::optional<Variable>&,
                          const c10::intrusive_ptr<Convolution>& layer) {
    const at::Tensor x = factor(channels_last(images), layer->precision_);
    Plan& plan = layer->plan_for(x);
    at::Tensor y =
        at::empty(plan.result, images.options().memory_format(at::MemoryFormat::ChannelsLast));
    point(plan.input, x);
    point(plan.output, y);
    std::unordered_map<int, memory> arguments = {
        {DNNL_ARG_SRC, plan.input},
        {DNNL_ARG_WEIGHTS, plan.forward_weights->use(layer->weight_)},
        {DNNL_ARG_DST, plan.output}};
    if (layer->bias_.defined()) {
      point(plan.bias, layer->bias_);
      arguments.emplace(DNNL_ARG_BIAS, plan.bias);
    }
    plan.forward.execute(stream(), arguments);
    context->save_for_backward({x});
    context->saved_data["layer"] = c10::IValue::make_capsule(layer);
    context->saved_data["inputs"] = images.requires_grad();
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const auto layer =
        c10::static_intrusive_pointer_cast<Convolution>(context->saved_data["layer"].toCapsule());
    const at::Tensor dy = channels_last(gradients[0]);
    const at::Tensor slope = factor(dy, layer->precision_);
    Plan& plan = layer->plan_for(x);
    point(plan.output_gradient, slope);
    if (layer->bias_.defined() && layer->bias_.requires_grad()) sum_bias(dy, layer->bias_);
    if (layer->weight_.requires_grad()) {
      point(plan.input, x);
      plan.backward_weights.execute(
          stream(), {{DNNL_ARG_SRC, plan.input},
                     {DNNL_ARG_DIFF_DST, plan.output_gradient},
                     {DNNL_ARG_DIFF_WEIGHTS, plan.gradient->into(layer->weight_.grad())}});
      plan.gradient->store();
    }
    at::Tensor dx;
    if (context->saved_data["inputs"].toBool()) {
      dx = at::empty_like(x, at::kFloat);
      point(plan.input_gradient, dx);
      plan.backward_data.execute(stream(),
                                 {{DNNL_ARG_DIFF_SRC, plan.input_gradient},
                                  {DNNL_ARG_WEIGHTS, plan.data_weights->use(layer->weight_)},
                                  {DNNL_ARG_DIFF_DST, plan.output_gradient}});
    }
    return {dx, Variable(), Variable(), Variable()};
  }

 private:
  static void sum_bias(const at::Tensor& dy, const at::Tensor& bias) {
    const auto channels = static_cast<std::size_t>(bias.numel());
    std::vector<double> sums(2 * channels);
    norm_kernels().sums(dy.data_ptr<float>(), static_cast<std::size_t>(dy.numel()) / channels,
                        channels, sums.data(), sums.data() + channels);
    float* const gradient = bias.grad().data_ptr<float>();
    for (std::size_t c = 0; c < channels; ++c) gradient[c] = static_cast<float>(sums[c]);
  }
};

at::Tensor Convolution::apply(const c10::intrusive_ptr<Convolution>& layer,
                              const at::Tensor& images) {
  const c10::optional<Variable> bias(layer->bias_);
  return Function::apply(images, layer->weight_, bias, layer);
}

}  // namespace sagebrush::vision
