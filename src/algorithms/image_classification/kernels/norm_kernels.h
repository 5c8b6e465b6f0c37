#pragma once

#include <cstddef>

namespace sagebrush::vision {

enum class Activation { kNone, kRelu, kGelu };

// Batch normalisation with the activation after it, over float32 [rows, channels], channels
// innermost. z = x * scale + shift per channel, y = activation(z). No kernel allocates or throws;
// one call is one thread's. Sums are taken in blocks of rows, so they do not depend on the
// processor's vector width beyond rounding.
struct NormKernels {
  const char* name;  // of the instruction set

  // Adds the sums of x and of its squares to sums[channels] and squares[channels].
  void (*sums)(const float* x, std::size_t rows, std::size_t channels, double* sums,
               double* squares);

  void (*forward)(const float* x, const float* scale, const float* shift, Activation activation,
                  std::size_t rows, std::size_t channels, float* y);

  // dz = dy * activation'(z), written to dz; adds the sums of dz and of dz * (x - mean) * inverse.
  void (*backward_sums)(const float* x, const float* dy, const float* scale, const float* shift,
                        const float* mean, const float* inverse, Activation activation,
                        std::size_t rows, std::size_t channels, float* dz, double* sums,
                        double* products);

  // dx = dz * a + x * b + c per channel, in place of dz.
  void (*backward)(const float* x, const float* a, const float* b, const float* c, std::size_t rows,
                   std::size_t channels, float* dz);
};

// The fastest that this processor has: x86-64-v4 (AVX-512), x86-64-v3 (AVX2, FMA) or portable.
// SAGEBRUSH_VISION_ISA=portable|avx2|avx512 takes a lesser one.
const NormKernels& norm_kernels();

namespace portable {
extern const NormKernels kNormKernels;
}
namespace avx2 {
extern const NormKernels kNormKernels;
}
namespace avx512 {
extern const NormKernels kNormKernels;
}

}  // namespace sagebrush::vision
