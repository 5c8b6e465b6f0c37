#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sagebrush::cli {

// Columns that UTF-8 text takes on a terminal, with one column a code point; escape codes must not
// be in it.
std::size_t columns(std::string_view text);

// At most `width` columns; what is cut ends in "…".
std::string cut_columns(std::string_view text, std::size_t width);

}  // namespace sagebrush::cli
