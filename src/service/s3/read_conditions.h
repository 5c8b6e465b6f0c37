#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "store/object_types.h"

namespace sagebrush::service::s3 {

// The conditional headers of a read, as RFC 9110 §13 and S3 combine them: an ETag that matches
// beats the times.
struct ReadConditions {
  std::optional<std::string> if_match;
  std::optional<std::string> if_none_match;
  std::optional<Time> if_modified_since;
  std::optional<Time> if_unmodified_since;
};

enum class ConditionResult { kHolds, kFailed, kNotModified };
ConditionResult evaluate(const ReadConditions& conditions, const store::ObjectInfo& object);

// Throws AwsError: PreconditionFailed (412), NotModified (304).
void require(const ReadConditions& conditions, const store::ObjectInfo& object);

template <typename Request>
ReadConditions conditions_of(const Request& request) {
  return {request.IfMatch(), request.IfNoneMatch(), request.IfModifiedSince(),
          request.IfUnmodifiedSince()};
}

// If-Match and If-None-Match of a write. Throws AwsError NotImplemented for an If-None-Match other
// than "*".
store::WriteCondition write_condition(const std::optional<std::string>& if_match,
                                      const std::optional<std::string>& if_none_match);

}  // namespace sagebrush::service::s3
