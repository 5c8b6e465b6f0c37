#include "service/s3/copy_source.h"

#include "aws/aws_error.h"
#include "base/text.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"

namespace sagebrush::service::s3 {

CopySource parse_copy_source(std::string_view header) {
  const aws::AwsError wrong(
      "InvalidArgument", 400,
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  const std::size_t version = header.find("?versionId=");
  if (version != std::string_view::npos) {
    if (header.substr(version) != "?versionId=null") {
      throw aws::AwsError("InvalidArgument", 400, "Invalid version id specified");
    }
    header = header.substr(0, version);
  }
  const auto decoded = uri_decode(header);
  if (!decoded) throw wrong;
  std::string_view text = *decoded;
  if (text.starts_with('/')) text.remove_prefix(1);
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) throw wrong;
  CopySource source{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
  check_key(source.key);
  return source;
}

void require_for_copy(const ReadConditions& conditions, const store::ObjectInfo& source) {
  if (evaluate(conditions, source) != ConditionResult::kHolds) {
    throw to_aws_error(store::ObjectFault::kPreconditionFailed);
  }
}

}  // namespace sagebrush::service::s3
