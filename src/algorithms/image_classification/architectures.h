#pragma once

#include <cstdint>

#include "algorithms/image_classification/hyperparameters.h"
#include "algorithms/image_classification/network_spec.h"

namespace sagebrush::vision {

// The network of that name for a data set; channels times width_factor. Throws Error{kUser} when
// the images are too small for it.
//   cnn: three strided convolutions and a linear layer, 0.6 million multiply-adds an image of
//     28x28; strides rather than pooling, because on CPUs the activations' traffic is the cost.
//   resnet18: He et al. 2015 with a 3x3 stem and no first pooling (kuangliu/pytorch-cifar), tensors
//     named as torchvision's.
//   airbench94, 95, 96: Keller Jordan, arXiv 2404.00498; tensors named as in his nn.Sequential.
NetworkSpec make_network(Architecture architecture, std::int64_t channels, std::int64_t height,
                         std::int64_t width, std::int64_t classes, double width_factor);

}  // namespace sagebrush::vision
