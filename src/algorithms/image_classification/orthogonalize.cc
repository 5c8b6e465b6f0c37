#include "algorithms/image_classification/orthogonalize.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/GradMode.h>

#include "algorithms/image_classification/one_thread.h"

namespace sagebrush::vision {
namespace {

// p q^T as a convolution with 1x1 filters: oneDNN is two orders of magnitude ahead of a reference
// BLAS here.
at::Tensor times_transposed(const at::Tensor& p, const at::Tensor& q) {
  const at::Tensor input = p.contiguous().view({p.size(0), p.size(1), 1, 1});
  const at::Tensor filters = q.contiguous().view({q.size(0), q.size(1), 1, 1});
  return at::conv2d(input, filters).view({p.size(0), q.size(0)});
}

}  // namespace

void orthogonalize(float* matrix, std::int64_t rows, std::int64_t columns) {
  use_one_thread();
  const c10::AutoGradMode no_grad(false);
  const at::Tensor whole = at::from_blob(matrix, {rows, columns}, at::kFloat);
  const bool tall = rows > columns;
  at::Tensor x = tall ? whole.t().contiguous() : whole.clone();
  x.div_(x.norm().item<float>() + 1e-7F);
  constexpr int kSteps = 3;
  for (int i = 0; i < kSteps; ++i) {
    const at::Tensor a = times_transposed(x, x);
    const at::Tensor b = times_transposed(a, a).mul_(2.0315).add_(a, -4.7750);  // a is symmetric
    x = times_transposed(b, x.t()).add_(x, 3.4445);
  }
  at::Tensor target = whole;
  target.copy_(tall ? x.t() : x);
}

}  // namespace sagebrush::vision
