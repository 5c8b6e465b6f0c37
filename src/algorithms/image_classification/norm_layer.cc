#include "algorithms/image_classification/norm_layer.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

namespace sagebrush::vision {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

std::size_t rows_of(const at::Tensor& images) {
  return static_cast<std::size_t>(images.numel() / images.size(1));
}

at::Tensor channels_last(const at::Tensor& images) {
  return images.contiguous(at::MemoryFormat::ChannelsLast);
}

// What the backward pass needs of the forward pass, beside its input.
struct Call : torch::CustomClassHolder {
  SumOverBatch share;
  Activation activation = Activation::kNone;
  double count = 0;  // values a channel, over all that share
  std::vector<float> scale, shift, mean, inverse;
};

c10::intrusive_ptr<Call> measure_batch(const at::Tensor& x, NormLayer& layer,
                                       const SumOverBatch& share) {
  const std::size_t channels = static_cast<std::size_t>(x.size(1));
  std::vector<double> sums(2 * channels + 1);
  norm_kernels().sums(x.data_ptr<float>(), rows_of(x), channels, sums.data(),
                      sums.data() + channels);
  sums.back() = static_cast<double>(rows_of(x));
  if (share) share(sums);
  auto call = c10::make_intrusive<Call>();
  call->share = share;
  call->activation = layer.activation;
  call->count = sums.back();
  const float* const weight = layer.weight.data_ptr<float>();
  const float* const bias = layer.bias.data_ptr<float>();
  float* const running_mean = layer.running_mean.data_ptr<float>();
  float* const running_var = layer.running_var.data_ptr<float>();
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = sums[c] / call->count;
    const double variance = std::max(0.0, sums[channels + c] / call->count - mean * mean);
    const double inverse = 1 / std::sqrt(variance + layer.eps);
    call->mean.push_back(static_cast<float>(mean));
    call->inverse.push_back(static_cast<float>(inverse));
    call->scale.push_back(static_cast<float>(weight[c] * inverse));
    call->shift.push_back(static_cast<float>(bias[c] - mean * weight[c] * inverse));
    const double unbiased = variance * call->count / std::max(1.0, call->count - 1);
    running_mean[c] += static_cast<float>(layer.momentum * (mean - running_mean[c]));
    running_var[c] += static_cast<float>(layer.momentum * (unbiased - running_var[c]));
  }
  return call;
}

class NormalizeBatch : public torch::autograd::Function<NormalizeBatch> {
 public:
  static Variable forward(AutogradContext* context, const Variable& images, const Variable&,
                          const Variable&, NormLayer* layer, const SumOverBatch* share) {
    const at::Tensor x = channels_last(images);
    const auto call = measure_batch(x, *layer, *share);
    at::Tensor y = at::empty_like(x);
    norm_kernels().forward(x.data_ptr<float>(), call->scale.data(), call->shift.data(),
                           call->activation, rows_of(x), static_cast<std::size_t>(x.size(1)),
                           y.data_ptr<float>());
    context->save_for_backward({x});
    context->saved_data["call"] = c10::IValue::make_capsule(call);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const auto call =
        c10::static_intrusive_pointer_cast<Call>(context->saved_data["call"].toCapsule());
    const at::Tensor dy = channels_last(gradients[0]);
    at::Tensor dx = at::empty_like(x);
    const std::size_t channels = static_cast<std::size_t>(x.size(1));
    std::vector<double> sums(2 * channels);
    norm_kernels().backward_sums(x.data_ptr<float>(), dy.data_ptr<float>(), call->scale.data(),
                                 call->shift.data(), call->mean.data(), call->inverse.data(),
                                 call->activation, rows_of(x), channels, dx.data_ptr<float>(),
                                 sums.data(), sums.data() + channels);
    // The parameters' gradients are this part's own, as every other parameter's; all parts are
    // added up at the step's end.
    at::Tensor d_weight = at::empty({x.size(1)});
    at::Tensor d_bias = at::empty({x.size(1)});
    for (std::size_t c = 0; c < channels; ++c) {
      d_bias.data_ptr<float>()[c] = static_cast<float>(sums[c]);
      d_weight.data_ptr<float>()[c] = static_cast<float>(sums[channels + c]);
    }
    if (call->share) call->share(sums);
    // dx = scale (dz - mean of dz - x_hat mean of dz x_hat)
    std::vector<float> a(call->scale);
    std::vector<float> b(channels);
    std::vector<float> c(channels);
    for (std::size_t k = 0; k < channels; ++k) {
      const double mean_dz = sums[k] / call->count;
      const double mean_product = sums[channels + k] / call->count;
      const double slope = -static_cast<double>(a[k]) * mean_product * call->inverse[k];
      b[k] = static_cast<float>(slope);
      c[k] = static_cast<float>(-a[k] * mean_dz - slope * call->mean[k]);
    }
    norm_kernels().backward(x.data_ptr<float>(), a.data(), b.data(), c.data(), rows_of(x), channels,
                            dx.data_ptr<float>());
    return {dx, d_weight, d_bias, Variable(), Variable()};
  }
};

// One channel as wide as a row of pixels, so that the vector units are filled.
constexpr std::size_t kRun = 64;

class Activate : public torch::autograd::Function<Activate> {
 public:
  static Variable forward(AutogradContext* context, const Variable& images,
                          std::int64_t activation) {
    const at::Tensor x = channels_last(images);
    at::Tensor y = at::empty_like(x);
    run(x, static_cast<Activation>(activation), y);
    context->save_for_backward({x});
    context->saved_data["activation"] = activation;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const at::Tensor dy = channels_last(gradients[0]);
    at::Tensor dx = at::empty_like(x);
    const auto activation = static_cast<Activation>(context->saved_data["activation"].toInt());
    const std::vector<float> ones(kRun, 1.0F);
    const std::vector<float> zeros(kRun, 0.0F);
    std::vector<double> unused(2 * kRun);
    each_run(x, [&](std::size_t at, std::size_t rows, std::size_t width) {
      norm_kernels().backward_sums(x.data_ptr<float>() + at, dy.data_ptr<float>() + at, ones.data(),
                                   zeros.data(), zeros.data(), ones.data(), activation, rows, width,
                                   dx.data_ptr<float>() + at, unused.data(), unused.data() + kRun);
    });
    return {dx, Variable()};
  }

  static void run(const at::Tensor& x, Activation activation, at::Tensor& y) {
    const std::vector<float> ones(kRun, 1.0F);
    const std::vector<float> zeros(kRun, 0.0F);
    each_run(x, [&](std::size_t at, std::size_t rows, std::size_t width) {
      norm_kernels().forward(x.data_ptr<float>() + at, ones.data(), zeros.data(), activation, rows,
                             width, y.data_ptr<float>() + at);
    });
  }

 private:
  template <typename Body>
  static void each_run(const at::Tensor& x, const Body& body) {
    const auto count = static_cast<std::size_t>(x.numel());
    body(0, count / kRun, kRun);
    if (count % kRun != 0) body(count / kRun * kRun, 1, count % kRun);
  }
};

}  // namespace

at::Tensor normalize_batch(const at::Tensor& images, NormLayer& layer, const SumOverBatch& share) {
  return NormalizeBatch::apply(images, layer.weight, layer.bias, &layer, &share);
}

at::Tensor normalize_running(const at::Tensor& images, const NormLayer& layer) {
  const at::Tensor x = channels_last(images);
  const std::size_t channels = static_cast<std::size_t>(x.size(1));
  std::vector<float> scale(channels);
  std::vector<float> shift(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const double inverse =
        1 / std::sqrt(static_cast<double>(layer.running_var.data_ptr<float>()[c]) + layer.eps);
    const double weight = layer.weight.data_ptr<float>()[c];
    scale[c] = static_cast<float>(weight * inverse);
    shift[c] = static_cast<float>(layer.bias.data_ptr<float>()[c] -
                                  layer.running_mean.data_ptr<float>()[c] * weight * inverse);
  }
  at::Tensor y = at::empty_like(x);
  norm_kernels().forward(x.data_ptr<float>(), scale.data(), shift.data(), layer.activation,
                         rows_of(x), channels, y.data_ptr<float>());
  return y;
}

at::Tensor activate(const at::Tensor& images, Activation activation) {
  return Activate::apply(images, static_cast<std::int64_t>(activation));
}

}  // namespace sagebrush::vision
