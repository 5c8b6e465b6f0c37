#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "algorithms/image_classification/file.h"

namespace sagebrush::vision {

// A .npy file, version 1.0, C order. type: NumPy's code ("|u1", "<i8", "<f4").
Bytes npy_bytes(const std::string& type, const std::vector<std::size_t>& shape, const void* data,
                std::size_t size);

}  // namespace sagebrush::vision
