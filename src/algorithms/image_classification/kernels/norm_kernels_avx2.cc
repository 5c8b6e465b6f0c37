#include "algorithms/image_classification/kernels/norm_kernels.h"

namespace sagebrush::vision::avx2 {
#include "algorithms/image_classification/kernels/norm_kernels_body.h"

const NormKernels kNormKernels = {"avx2", sums, forward, backward_sums, backward};

}  // namespace sagebrush::vision::avx2
