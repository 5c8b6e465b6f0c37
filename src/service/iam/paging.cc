#include "service/iam/paging.h"

#include "aws/aws_error.h"
#include "base/text.h"

namespace sagebrush::service::iam {

Paging read_paging(const std::optional<std::string>& marker,
                   std::optional<std::int64_t> max_items) {
  Paging paging;
  if (max_items)
    paging.limit = static_cast<std::size_t>(std::clamp<std::int64_t>(*max_items, 1, 1000));
  if (marker) {
    const auto name = from_base64(*marker);
    if (!name || name->empty()) throw aws::AwsError("ValidationError", 400, "Invalid Marker.");
    paging.after = *name;
  }
  return paging;
}

std::string make_marker(const std::string& last_name) {
  return to_base64(last_name);
}

}  // namespace sagebrush::service::iam
