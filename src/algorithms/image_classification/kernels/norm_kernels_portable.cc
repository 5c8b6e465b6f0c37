#include "algorithms/image_classification/kernels/norm_kernels.h"

namespace sagebrush::vision::portable {
#include "algorithms/image_classification/kernels/norm_kernels_body.h"

const NormKernels kNormKernels = {"portable", sums, forward, backward_sums, backward};

}  // namespace sagebrush::vision::portable
