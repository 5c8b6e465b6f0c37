#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace sagebrush::aws {

// A value as AWS shows it in validation messages: text, [a, b], {k=v}; what goes on past 1,024
// bytes is cut.
std::string shown_value(const boost::json::value& value);

// Characters as AWS counts them (UTF-16 units, as Java does).
std::int64_t utf16_length(std::string_view utf8);

}  // namespace sagebrush::aws
