#pragma once

#include <string_view>

#include "aws/model.h"

namespace sagebrush::aws {

// True when the whole text matches the shape's pattern. Compiles a pattern once, at its first use;
// safe from any thread. Throws Error{kInternal} when RE2 does not take the pattern:
// tools/codegen/patterns.py then lacks a rewrite.
bool matches_pattern(const Shape& shape, std::string_view text);

}  // namespace sagebrush::aws
