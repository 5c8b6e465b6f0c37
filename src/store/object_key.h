#pragma once

#include <string>
#include <string_view>

namespace sagebrush::store {

// A key as a TEXT column holds it, in the same order: PostgreSQL takes no NUL, so U+0000 becomes 01
// 01 and U+0001 becomes 01 02.
std::string to_column(std::string_view key);
std::string from_column(std::string_view column);

// The least valid UTF-8 text greater than all that start with `prefix`; "" when there is none.
std::string after_all_with(std::string_view prefix);

// The part of `key` up to and with the first delimiter after the prefix; "" when there is none.
std::string_view common_prefix(std::string_view key, std::string_view prefix,
                               std::string_view delimiter);

}  // namespace sagebrush::store
