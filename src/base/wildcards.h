#pragma once

#include <cstdint>
#include <string_view>

namespace sagebrush {

// What stands for something else in a pattern: '*' for any run of characters, '?' for any one.
enum class Wildcards : std::uint8_t { kStars, kStarsAndQuestionMarks };

// Compares all of `text`. The time is at most the product of the lengths.
bool matches_wildcards(std::string_view pattern, std::string_view text, Wildcards wildcards);

}  // namespace sagebrush
