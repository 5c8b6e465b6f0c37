#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sagebrush::vision {

inline constexpr std::size_t kMaxRank = 8;

// Throws Error{kUser} unless exactly `available` bytes hold an array of this shape; never
// overflows.
void check_array_size(const std::vector<std::size_t>& shape, std::size_t element_bytes,
                      std::size_t available, const std::string& name);

}  // namespace sagebrush::vision
