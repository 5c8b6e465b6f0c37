#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "algorithms/image_classification/prepare/source.h"

namespace sagebrush::vision {

inline constexpr std::size_t kCifarSide = 32;
inline constexpr std::size_t kCifarPlane = kCifarSide * kCifarSide;
inline constexpr std::size_t kCifarImage = 3 * kCifarPlane;

// Adds one image: 1024 red, 1024 green and 1024 blue values. Throws Error{kUser} when the label is
// not below `classes`.
void add_cifar_image(LabelledImages& set, const std::uint8_t* planes, std::int64_t label,
                     std::size_t classes, const std::string& name);

// An empty source for so many classes; names are CIFAR-10's for ten when none are given.
Source cifar_source(const char* kind, std::vector<std::string> names, std::size_t classes);

}  // namespace sagebrush::vision
