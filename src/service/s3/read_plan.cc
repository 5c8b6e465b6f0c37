#include "service/s3/read_plan.h"

#include "aws/aws_error.h"
#include "service/s3/object_document.h"
#include "service/s3/request_rules.h"

namespace sagebrush::service::s3 {
namespace {

using aws::AwsError;

ByteRange range_of_part(const store::StoredObject& object, std::int64_t number) {
  const int wanted = part_number(number);
  if (object.parts.empty() && wanted == 1) return {0, object.info.bytes};
  // Parts count from 1 whatever numbers they were uploaded under.
  if (wanted > static_cast<int>(object.parts.size())) {
    throw AwsError("InvalidPartNumber", 416, "The requested partnumber is not satisfiable");
  }
  ByteRange range;
  for (int i = 0; i < wanted - 1; ++i)
    range.first += object.parts[static_cast<std::size_t>(i)].info.bytes;
  range.length = object.parts[static_cast<std::size_t>(wanted - 1)].info.bytes;
  return range;
}

}  // namespace

ReadPlan plan_read(const ReadWish& wish, const store::StoredObject& object) {
  require(wish.conditions, object.info);
  if (wish.range && wish.part_number) {
    throw AwsError("InvalidRequest", 400,
                   "Cannot specify both Range header and partNumber query parameter");
  }
  const std::uint64_t size = object.info.bytes;
  ReadPlan plan{.range = {0, size}, .partial = false, .output = {}};
  if (wish.part_number) {
    plan.range = range_of_part(object, *wish.part_number);
    plan.partial = plan.range.length > 0;
  } else if (wish.range) {
    if (const auto range = parse_range(*wish.range, size)) {
      plan.range = *range;
      plan.partial = true;
    }
  }
  // A checksum is of the whole object: with a part of it, clients would compare the wrong things.
  plan.output = head_members(object.info, wish.checksums && plan.range == ByteRange{0, size});
  plan.output["ContentLength"] = plan.range.length;
  if (plan.partial) plan.output["ContentRange"] = content_range(plan.range, size);
  if (wish.part_number && !object.parts.empty()) plan.output["PartsCount"] = object.parts.size();
  return plan;
}

}  // namespace sagebrush::service::s3
