#pragma once

#include <cstdint>

namespace sagebrush::vision {

// Three steps of Muon's Newton-Schulz iteration on a row-major matrix, in place: about U V^T of its
// singular value decomposition (singular values 0.5 to 1.5).
void orthogonalize(float* matrix, std::int64_t rows, std::int64_t columns);

}  // namespace sagebrush::vision
