#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/image_types.h"

namespace sagebrush::store {

// One rule of an ECR lifecycle policy: which images it is about, and which of them expire.
struct LifecycleRule {
  enum class Tagged { kTagged, kUntagged, kAny };
  int priority = 0;
  std::string description;
  Tagged tagged = Tagged::kAny;
  std::vector<std::string> prefixes;  // an image has, for each, a tag that begins with it
  std::vector<std::string> patterns;  // likewise with '*'
  std::optional<int> keep_newest;     // imageCountMoreThan
  std::optional<int> keep_days;       // sinceImagePushed
  std::optional<int> keep_used_days;  // sinceImagePulled; what nobody pulled counts from its push
};

// In order of priority. Throws Error{kInvalid} that names the rule and the member.
std::vector<LifecycleRule> parse_lifecycle_policy(std::string_view text);

struct Expiry {
  std::string digest;
  int priority = 0;  // of the rule that it is under
};

// What goes, by AWS's rules: an image that a rule is about is left alone by rules of lower
// priority; an image that an index names stays as long as the index.
std::vector<Expiry> expired_images(const std::vector<LifecycleRule>& rules,
                                   const std::vector<ImageInfo>& images, Time now);

}  // namespace sagebrush::store
