#pragma once

#include <cstddef>
#include <vector>

namespace sagebrush::vision {

// Filters that whiten patches: the eigenvectors of the patches' covariance, each divided by the
// root of its eigenvalue + eps, largest first, and then all of them negated (airbench).
// images: float32 [count, height, width, channels], normalised. Returns [2 n, n] with n = kernel *
// kernel * channels in the order height, width, channel.
std::vector<float> whitening_filters(const std::vector<float>& images, std::size_t count,
                                     std::size_t height, std::size_t width, std::size_t channels,
                                     std::size_t kernel, double eps);

// Eigenvalues, largest first, and eigenvectors (rows) of a symmetric n x n matrix, by Jacobi's
// rotations.
struct Eigen {
  std::vector<double> values;
  std::vector<double> vectors;
};
Eigen eigen_symmetric(std::vector<double> matrix, std::size_t n);

}  // namespace sagebrush::vision
