#include "algorithms/image_classification/kernels/norm_kernels.h"

namespace sagebrush::vision::avx512 {
#include "algorithms/image_classification/kernels/norm_kernels_body.h"

const NormKernels kNormKernels = {"avx512", sums, forward, backward_sums, backward};

}  // namespace sagebrush::vision::avx512
