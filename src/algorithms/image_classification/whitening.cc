#include "algorithms/image_classification/whitening.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sagebrush::vision {
namespace {

// Makes a[p][q] zero by a rotation in the plane of p and q (Golub and Van Loan, 8.5).
void rotate(std::vector<double>& a, std::vector<double>& vectors, std::size_t n, std::size_t p,
            std::size_t q) {
  const double apq = a[p * n + q];
  if (apq == 0) return;
  const double theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
  const double c = 1 / std::sqrt(t * t + 1);
  const double s = t * c;
  for (std::size_t k = 0; k < n; ++k) {
    const double akp = a[k * n + p];
    const double akq = a[k * n + q];
    a[k * n + p] = c * akp - s * akq;
    a[k * n + q] = s * akp + c * akq;
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double apk = a[p * n + k];
    const double aqk = a[q * n + k];
    a[p * n + k] = c * apk - s * aqk;
    a[q * n + k] = s * apk + c * aqk;
    const double vp = vectors[p * n + k];
    const double vq = vectors[q * n + k];
    vectors[p * n + k] = c * vp - s * vq;
    vectors[q * n + k] = s * vp + c * vq;
  }
}

}  // namespace

Eigen eigen_symmetric(std::vector<double> a, std::size_t n) {
  std::vector<double> vectors(n * n);
  for (std::size_t i = 0; i < n; ++i) vectors[i * n + i] = 1;
  constexpr int kSweeps = 50;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    double off = 0;
    double all = 0;
    for (std::size_t i = 0; i < n * n; ++i) {
      all += a[i] * a[i];
      if (i / n != i % n) off += a[i] * a[i];
    }
    if (off <= 1e-28 * all) break;
    for (std::size_t p = 0; p + 1 < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) rotate(a, vectors, n, p, q);
    }
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return a[i * n + i] != a[j * n + j] ? a[i * n + i] > a[j * n + j] : i < j;
  });
  Eigen result;
  for (const std::size_t i : order) {
    result.values.push_back(a[i * n + i]);
    result.vectors.insert(result.vectors.end(),
                          vectors.begin() + static_cast<std::ptrdiff_t>(i * n),
                          vectors.begin() + static_cast<std::ptrdiff_t>((i + 1) * n));
  }
  return result;
}

std::vector<float> whitening_filters(const std::vector<float>& images, std::size_t count,
                                     std::size_t height, std::size_t width, std::size_t channels,
                                     std::size_t kernel, double eps) {
  const std::size_t n = kernel * kernel * channels;
  std::vector<double> covariance(n * n);
  std::vector<float> patch(n);
  for (std::size_t i = 0; i < count; ++i) {
    const float* const image = images.data() + i * height * width * channels;
    for (std::size_t y = 0; y + kernel <= height; ++y) {
      for (std::size_t x = 0; x + kernel <= width; ++x) {
        for (std::size_t k = 0; k < kernel; ++k)
          std::copy_n(image + ((y + k) * width + x) * channels, kernel * channels,
                      patch.begin() + static_cast<std::ptrdiff_t>(k * kernel * channels));
        for (std::size_t r = 0; r < n; ++r) {
          for (std::size_t c = r; c < n; ++c)
            covariance[r * n + c] += static_cast<double>(patch[r] * patch[c]);
        }
      }
    }
  }
  const double patches = static_cast<double>(count * (height - kernel + 1) * (width - kernel + 1));
  for (std::size_t r = 0; r < n; ++r) {
    for (std::size_t c = r; c < n; ++c)
      covariance[c * n + r] = covariance[r * n + c] = covariance[r * n + c] / patches;
  }
  const Eigen eigen = eigen_symmetric(std::move(covariance), n);
  std::vector<float> filters(2 * n * n);
  for (std::size_t r = 0; r < n; ++r) {
    const double scale = 1 / std::sqrt(std::max(eigen.values[r], 0.0) + eps);
    for (std::size_t c = 0; c < n; ++c) {
      const auto value = static_cast<float>(eigen.vectors[r * n + c] * scale);
      filters[r * n + c] = value;
      filters[(n + r) * n + c] = -value;
    }
  }
  return filters;
}

}  // namespace sagebrush::vision
