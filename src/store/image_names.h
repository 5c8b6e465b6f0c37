#pragma once

#include <string_view>

namespace sagebrush::store {

// The grammars of the OCI distribution specification. Whatever they accept is no path trick: it has
// no '/' at either end, no empty part, no "." or "..".

// "team/train-mnist": at most 255 characters.
bool is_repository_name(std::string_view text);
// "v1.0_rc-2": at most 128 characters.
bool is_tag(std::string_view text);
// "sha256:" and 64 lower-case hexadecimal digits; no other algorithm is taken.
bool is_digest(std::string_view text);

}  // namespace sagebrush::store
