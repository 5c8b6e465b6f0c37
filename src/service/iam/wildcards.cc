#include "service/iam/wildcards.h"

#include "base/wildcards.h"

namespace sagebrush::service::iam {
namespace {

constexpr int kArnFields = 6;  // arn:partition:service:region:account:resource

}  // namespace

bool matches_wildcards(std::string_view pattern, std::string_view text) {
  return sagebrush::matches_wildcards(pattern, text, Wildcards::kStarsAndQuestionMarks);
}

bool matches_arn(std::string_view pattern, std::string_view arn) {
  if (pattern == "*") return true;
  for (int field = 1; field < kArnFields; ++field) {
    const std::size_t pattern_end = pattern.find(':');
    const std::size_t arn_end = arn.find(':');
    if (pattern_end == std::string_view::npos || arn_end == std::string_view::npos) return false;
    if (!matches_wildcards(pattern.substr(0, pattern_end), arn.substr(0, arn_end))) return false;
    pattern.remove_prefix(pattern_end + 1);
    arn.remove_prefix(arn_end + 1);
  }
  return matches_wildcards(pattern, arn);
}

}  // namespace sagebrush::service::iam
