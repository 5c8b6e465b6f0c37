#include "algorithms/image_classification/norm_layer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <thread>

#include "algorithms/image_classification/orthogonalize.h"
#include "algorithms/image_classification/thread_sum.h"

namespace sagebrush::vision {
namespace {

struct Case {
  std::int64_t images, channels, side;
  Activation activation;
};

at::Tensor reference(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                     Activation activation) {
  const at::Tensor y = at::batch_norm(x, weight, bias, {}, {}, true, 0.1, 1e-5, false);
  if (activation == Activation::kRelu) return y.relu();
  return activation == Activation::kGelu ? at::gelu(y) : y;
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  const double scale = std::max(1e-3, b.abs().max().item<double>());
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>() / scale;
}

class NormLayerTest : public ::testing::TestWithParam<Case> {
 protected:
  NormLayerTest() {
    at::manual_seed(5);
    const Case& c = GetParam();
    x_ = (at::randn({c.images, c.channels, c.side, c.side}) * 3 + 1)
             .contiguous(at::MemoryFormat::ChannelsLast);
    slope_ = at::randn_like(x_);
    layer_.weight = at::randn({c.channels}) + 1;
    layer_.bias = at::randn({c.channels});
    layer_.running_mean = at::zeros({c.channels});
    layer_.running_var = at::ones({c.channels});
    layer_.activation = c.activation;
  }
  at::Tensor x_, slope_;
  NormLayer layer_;
};

// Against LibTorch's own in float64, forward and backward.
TEST_P(NormLayerTest, AgreesWithLibtorchInDoublePrecision) {
  at::Tensor x = x_.clone().set_requires_grad(true);
  layer_.weight.set_requires_grad(true);
  layer_.bias.set_requires_grad(true);
  const at::Tensor y = normalize_batch(x, layer_, {});
  (y * slope_).sum().backward();
  at::Tensor x64 = x_.to(at::kDouble).set_requires_grad(true);
  at::Tensor w64 = layer_.weight.detach().to(at::kDouble).set_requires_grad(true);
  at::Tensor b64 = layer_.bias.detach().to(at::kDouble).set_requires_grad(true);
  const at::Tensor y64 = reference(x64, w64, b64, layer_.activation);
  (y64 * slope_.to(at::kDouble)).sum().backward();
  EXPECT_LT(difference(y.detach(), y64.detach()), 2e-6);
  EXPECT_LT(difference(x.grad(), x64.grad()), 2e-5);
  EXPECT_LT(difference(layer_.weight.grad(), w64.grad()), 2e-5);
  EXPECT_LT(difference(layer_.bias.grad(), b64.grad()), 2e-5);
  at::Tensor mean = at::zeros({x_.size(1)}, at::kDouble);
  at::Tensor var = at::ones({x_.size(1)}, at::kDouble);
  at::batch_norm(x64.detach(), w64.detach(), b64.detach(), mean, var, true, 0.1, 1e-5, false);
  EXPECT_LT(difference(layer_.running_mean, mean), 2e-6);
  EXPECT_LT(difference(layer_.running_var, var), 2e-6);
}

TEST_P(NormLayerTest, HalvesThatShareStatisticsAreTheWhole) {
  at::Tensor whole = x_.clone().set_requires_grad(true);
  NormLayer alone = layer_;
  alone.running_mean = layer_.running_mean.clone();
  alone.running_var = layer_.running_var.clone();
  const at::Tensor y = normalize_batch(whole, alone, {});
  (y * slope_).sum().backward();
  ThreadSum sum(2);
  at::Tensor parts[2];
  at::Tensor outputs[2];
  std::vector<std::thread> threads;
  for (int member = 0; member < 2; ++member) {
    threads.emplace_back([&, member] {
      NormLayer layer = layer_;
      layer.running_mean = layer_.running_mean.clone();
      layer.running_var = layer_.running_var.clone();
      parts[member] = x_.chunk(2)[static_cast<std::size_t>(member)]
                          .clone()
                          .contiguous(at::MemoryFormat::ChannelsLast)
                          .set_requires_grad(true);
      outputs[member] = normalize_batch(parts[member], layer, [&](std::vector<double>& values) {
        sum.sum(member, values, [](std::vector<double>&) {});
      });
      (outputs[member] * slope_.chunk(2)[static_cast<std::size_t>(member)]).sum().backward();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LT(difference(at::cat({outputs[0], outputs[1]}).detach(), y.detach()), 1e-6);
  EXPECT_LT(difference(at::cat({parts[0].grad(), parts[1].grad()}), whole.grad()), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Shapes, NormLayerTest,
                         ::testing::Values(Case{4, 16, 5, Activation::kNone},
                                           Case{6, 24, 7, Activation::kRelu},
                                           Case{8, 64, 6, Activation::kGelu},
                                           Case{4, 130, 3, Activation::kGelu},
                                           Case{2, 1, 9, Activation::kRelu}));

TEST(NormKernels, EveryInstructionSetAgrees) {
  at::manual_seed(1);
  constexpr std::size_t kRows = 333;
  constexpr std::size_t kChannels = 37;
  const at::Tensor x = at::randn({kRows, kChannels}) * 3;
  const at::Tensor dy = at::randn({kRows, kChannels});
  const at::Tensor c = at::randn({4, kChannels});
  const float* const p = c.data_ptr<float>();
  const auto run = [&](const NormKernels& k) {
    at::Tensor y = at::empty_like(x);
    at::Tensor dz = at::empty_like(x);
    std::vector<double> sums(4 * kChannels);
    k.sums(x.data_ptr<float>(), kRows, kChannels, sums.data(), sums.data() + kChannels);
    k.forward(x.data_ptr<float>(), p, p + kChannels, Activation::kGelu, kRows, kChannels,
              y.data_ptr<float>());
    k.backward_sums(x.data_ptr<float>(), dy.data_ptr<float>(), p, p + kChannels, p + 2 * kChannels,
                    p + 3 * kChannels, Activation::kGelu, kRows, kChannels, dz.data_ptr<float>(),
                    sums.data() + 2 * kChannels, sums.data() + 3 * kChannels);
    return at::cat(
        {y.flatten(), dz.flatten(), at::tensor(at::ArrayRef<double>(sums)).to(at::kFloat)});
  };
  EXPECT_LT(difference(run(norm_kernels()), run(portable::kNormKernels)), 1e-5);
}

TEST(Activate, AgreesWithLibtorch) {
  at::Tensor x = (at::randn({3, 5, 7, 7}) * 4)
                     .contiguous(at::MemoryFormat::ChannelsLast)
                     .set_requires_grad(true);
  at::Tensor x64 = x.detach().to(at::kDouble).set_requires_grad(true);
  const at::Tensor y = activate(x, Activation::kGelu);
  y.sum().backward();
  const at::Tensor y64 = at::gelu(x64);
  y64.sum().backward();
  EXPECT_LT(difference(y.detach(), y64.detach()), 1e-6);
  EXPECT_LT(difference(x.grad(), x64.grad()), 1e-6);
}

TEST(Orthogonalize, BringsSingularValuesNearOne) {
  at::manual_seed(2);
  for (const auto& [rows, columns] : {std::pair<std::int64_t, std::int64_t>{16, 50}, {30, 12}}) {
    at::Tensor matrix = at::randn({rows, columns});
    const at::Tensor before = matrix.clone();
    orthogonalize(matrix.data_ptr<float>(), rows, columns);
    const at::Tensor gram = rows < columns ? at::einsum("ik,jk->ij", {matrix, matrix})
                                           : at::einsum("ki,kj->ij", {matrix, matrix});
    EXPECT_GT(gram.diagonal().min().item<float>(), 0.2F);
    EXPECT_LT(gram.diagonal().max().item<float>(), 1.8F);
    EXPECT_GT((matrix * before).sum().item<float>(), 0);
  }
}

}  // namespace
}  // namespace sagebrush::vision
