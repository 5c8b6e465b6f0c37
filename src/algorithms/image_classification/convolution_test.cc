#include "algorithms/image_classification/convolution.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/variable.h>

#include "algorithms/image_classification/processors.h"

namespace sagebrush::vision {
namespace {

struct Case {
  std::int64_t images, in, side, out, kernel, stride, padding;
  bool bias;
};

at::Tensor channels_last(const at::Tensor& tensor) {
  return tensor.contiguous(at::MemoryFormat::ChannelsLast);
}

// A leaf with a gradient of its own to be written to, full of what must vanish.
at::Tensor parameter(const at::Tensor& values) {
  at::Tensor leaf = values.clone(at::MemoryFormat::Preserve);
  leaf.set_requires_grad(true);
  leaf.mutable_grad() = at::full_like(leaf, 7, at::MemoryFormat::Preserve);
  return leaf;
}

void expect_near(const at::Tensor& ours, const at::Tensor& exact, const char* what) {
  const at::Tensor apart = (ours.to(at::kDouble) - exact).abs();
  const double scale = std::max(1e-3, exact.abs().max().item<double>());
  EXPECT_LT(apart.max().item<double>() / scale, 1e-5) << what;
}

class ConvolutionTest : public ::testing::TestWithParam<Case> {
 protected:
  ConvolutionTest() {
    at::manual_seed(3);
    const Case& c = GetParam();
    images_ = channels_last(at::randn({c.images, c.in, c.side, c.side}));
    weight_ = parameter(channels_last(at::randn({c.out, c.in, c.kernel, c.kernel})));
    if (c.bias) bias_ = parameter(at::randn({c.out}));
  }

  // Runs both ways on `images`, PyTorch's with 64 bits, and compares all that comes out.
  void expect_pytorchs(const c10::intrusive_ptr<Convolution>& layer, const at::Tensor& images) {
    expect_pytorchs(layer, images, [](const at::Tensor& slope) { return slope; });
  }
  template <typename Slopes>
  void expect_pytorchs(const c10::intrusive_ptr<Convolution>& layer, const at::Tensor& images,
                       const Slopes& slopes) {
    const Case& c = GetParam();
    const at::Tensor x = images.detach().set_requires_grad(true);
    const at::Tensor y = Convolution::apply(layer, x);
    const auto exact = [](const at::Tensor& tensor) {
      return tensor.detach().to(at::kDouble).set_requires_grad(true);
    };
    const at::Tensor x64 = exact(images);
    const at::Tensor weight64 = exact(weight_);
    const at::Tensor bias64 = c.bias ? exact(bias_) : at::Tensor();
    const at::Tensor y64 = at::conv2d(x64, weight64, bias64, c.stride, c.padding);
    ASSERT_EQ(y.sizes(), y64.sizes());
    expect_near(y, y64, "result");
    const at::Tensor slope = slopes(channels_last(at::randn(y.sizes())));
    y.backward(slope);
    y64.backward(slope.to(at::kDouble));
    expect_near(x.grad(), x64.grad(), "gradient of the images");
    expect_near(weight_.grad(), weight64.grad(), "gradient of the weight");
    if (c.bias) expect_near(bias_.grad(), bias64.grad(), "gradient of the bias");
  }

  at::Tensor images_, weight_, bias_;
};

TEST_P(ConvolutionTest, IsPyTorchs) {
  const Case& c = GetParam();
  const auto layer = c10::make_intrusive<Convolution>(weight_, bias_, c.stride, c.padding);
  expect_pytorchs(layer, images_);
  expect_pytorchs(layer, images_);  // writes the gradients again, and does not add
  expect_pytorchs(layer, images_.slice(0, 0, 1));
}

// Factors that are bfloat16's already make the same products: only what is not added up in float32,
// or rounded once too often, is apart.
TEST_P(ConvolutionTest, MultipliesInBFloat16) {
  if (!has_bfloat16()) GTEST_SKIP() << "this processor has no avx512_bf16";
  const Case& c = GetParam();
  const auto rounded = [](const at::Tensor& tensor) {
    return tensor.detach().to(at::kBFloat16).to(at::kFloat);
  };
  weight_ = parameter(rounded(weight_));
  const auto layer =
      c10::make_intrusive<Convolution>(weight_, bias_, c.stride, c.padding, Precision::kBFloat16);
  expect_pytorchs(layer, rounded(images_), rounded);
  expect_pytorchs(layer, rounded(images_).slice(0, 0, 1), rounded);

  const at::Tensor y = Convolution::apply(layer, images_);
  EXPECT_TRUE(y.equal(Convolution::apply(layer, rounded(images_))));
  EXPECT_FALSE(y.equal(Convolution::apply(
      c10::make_intrusive<Convolution>(weight_, bias_, c.stride, c.padding), images_)));
}

TEST_P(ConvolutionTest, WritesNoGradientThatIsNotWanted) {
  const Case& c = GetParam();
  const auto layer = c10::make_intrusive<Convolution>(weight_, bias_, c.stride, c.padding);
  if (c.bias) {
    weight_.set_requires_grad(false);
    const at::Tensor y = Convolution::apply(layer, images_);
    y.backward(at::ones_like(y));
    EXPECT_TRUE((weight_.grad() == 7).all().item<bool>());
    EXPECT_NEAR(bias_.grad()[0].item<float>(), static_cast<float>(y.numel() / c.out), 1e-3);
  } else {
    const at::Tensor y = Convolution::apply(layer, images_);
    y.backward(at::ones_like(y));
    EXPECT_FALSE(images_.grad().defined());
    EXPECT_FALSE((weight_.grad() == 7).any().item<bool>());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, ConvolutionTest,
    ::testing::Values(Case{5, 1, 28, 16, 5, 2, 2, false}, Case{4, 16, 14, 32, 3, 2, 1, false},
                      Case{3, 3, 32, 24, 2, 1, 0, true}, Case{2, 24, 31, 64, 3, 1, 1, false},
                      Case{6, 64, 4, 10, 4, 1, 0, true}, Case{2, 19, 9, 7, 1, 2, 0, true}));

}  // namespace
}  // namespace sagebrush::vision
