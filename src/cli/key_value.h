#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace sagebrush::cli {

// Splits "key=value" at the first '='; the value may be empty. Throws Error{kInvalid} that names
// `flag` and the text when there is no '=' or no key.
std::pair<std::string, std::string> parse_key_value(std::string_view flag, std::string_view text);

}  // namespace sagebrush::cli
