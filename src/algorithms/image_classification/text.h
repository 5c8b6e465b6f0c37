#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sagebrush::vision {

// Returns the candidate with the smallest edit distance, or "" when none is near (within a third of
// the name, and 2).
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

// Returns the shortest text that reads back as the same double ("0.001", "3").
std::string shortest(double value);

std::string trimmed(std::string_view text);
std::string lower(std::string_view text);

}  // namespace sagebrush::vision
