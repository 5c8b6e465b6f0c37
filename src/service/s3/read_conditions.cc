#include "service/s3/read_conditions.h"

#include <algorithm>

#include "aws/aws_error.h"
#include "base/text.h"
#include "service/s3/object_document.h"
#include "service/s3/object_fault.h"

namespace sagebrush::service::s3 {
namespace {

bool names(const std::string& list, const std::string& etag) {
  return std::ranges::any_of(split(list, ','), [&](std::string_view part) {
    std::string_view tag = trim(part);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    return tag == "*" || unquoted(tag) == etag;
  });
}

// Headers carry whole seconds.
auto seconds(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

}  // namespace

ConditionResult evaluate(const ReadConditions& conditions, const store::ObjectInfo& object) {
  if (conditions.if_match) {
    if (!names(*conditions.if_match, object.etag)) return ConditionResult::kFailed;
  } else if (conditions.if_unmodified_since &&
             seconds(object.modified) > seconds(*conditions.if_unmodified_since)) {
    return ConditionResult::kFailed;
  }
  if (conditions.if_none_match) {
    if (names(*conditions.if_none_match, object.etag)) return ConditionResult::kNotModified;
  } else if (conditions.if_modified_since &&
             seconds(object.modified) <= seconds(*conditions.if_modified_since)) {
    return ConditionResult::kNotModified;
  }
  return ConditionResult::kHolds;
}

void require(const ReadConditions& conditions, const store::ObjectInfo& object) {
  switch (evaluate(conditions, object)) {
    case ConditionResult::kHolds: return;
    case ConditionResult::kFailed: throw to_aws_error(store::ObjectFault::kPreconditionFailed);
    case ConditionResult::kNotModified: throw aws::AwsError("NotModified", 304, "Not Modified");
  }
}

store::WriteCondition write_condition(const std::optional<std::string>& if_match,
                                      const std::optional<std::string>& if_none_match) {
  if (if_none_match && *if_none_match != "*") {
    throw aws::AwsError("NotImplemented", 501,
                        "A header you provided implies functionality that is not implemented: "
                        "If-None-Match takes only \"*\" here");
  }
  store::WriteCondition condition;
  condition.if_none_match = if_none_match.has_value();
  if (if_match) condition.if_match = unquoted(*if_match);
  return condition;
}

}  // namespace sagebrush::service::s3
