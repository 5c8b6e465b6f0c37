#pragma once

#include <string_view>

namespace sagebrush::service::iam {

// `*` any text, `?` any one character.
bool matches_wildcards(std::string_view pattern, std::string_view text);
// The same field by field of an ARN; "*" alone matches all.
bool matches_arn(std::string_view pattern, std::string_view arn);

}  // namespace sagebrush::service::iam
