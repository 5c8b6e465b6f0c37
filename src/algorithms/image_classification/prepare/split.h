#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "algorithms/image_classification/prepare/source.h"

namespace sagebrush::vision {

// Takes `count` images out of `from`, as many of each class as its share is (the largest remainders
// get one more), chosen by the seed; both parts keep the order they had. Throws Error{kUser} when
// there are too few. names: of the classes, by label.
LabelledImages split_off(LabelledImages& from, std::size_t image_size, std::size_t count,
                         std::uint64_t seed, const std::vector<std::string>& names);

// Mixes the images, so that a reader of the first shard meets all classes.
void shuffle(LabelledImages& images, std::size_t image_size, std::uint64_t seed);

}  // namespace sagebrush::vision
