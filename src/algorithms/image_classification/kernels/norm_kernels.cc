#include "algorithms/image_classification/kernels/norm_kernels.h"

#include <cstdlib>
#include <cstring>

namespace sagebrush::vision {
namespace {

const NormKernels& choose() {
#if defined(__x86_64__)
  const char* const wanted = std::getenv("SAGEBRUSH_VISION_ISA");
  const auto allowed = [wanted](const char* name) {
    return wanted == nullptr || std::strcmp(wanted, name) == 0;
  };
  __builtin_cpu_init();
  if (allowed("avx512") && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd"))
    return avx512::kNormKernels;
  if ((allowed("avx512") || allowed("avx2")) && __builtin_cpu_supports("avx2") &&
      __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
    return avx2::kNormKernels;
#endif
  return portable::kNormKernels;
}

}  // namespace

const NormKernels& norm_kernels() {
  static const NormKernels& chosen = choose();
  return chosen;
}

}  // namespace sagebrush::vision
