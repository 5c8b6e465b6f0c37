#include "service/sagemaker/tag_rules.h"

#include <set>
#include <string>

#include "aws/aws_error.h"
#include "base/text.h"
#include "job/request_json.h"

namespace sagebrush::service::sagemaker {

void check_tags(const boost::json::object& request) {
  const auto* tags = request.if_contains("Tags");
  if (!tags || !tags->is_array()) return;
  std::set<std::string> keys;
  for (const auto& tag : tags->get_array()) {
    const std::string key = job::text_at(tag.as_object(), "Key");
    if (to_lower(key).starts_with("aws:")) {
      throw aws::AwsError("ValidationException", 400,
                          "System tags cannot be added/updated by requester: the tag key '" + key +
                              "' begins with aws:, which is reserved.");
    }
    if (!keys.insert(key).second) {
      throw aws::AwsError("ValidationException", 400,
                          "Tag keys must be unique per resource: '" + key + "' is given twice.");
    }
  }
}

}  // namespace sagebrush::service::sagemaker
