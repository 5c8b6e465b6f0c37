#include "generated/sagemaker/list_tags.h"

#include "service/call.h"
#include "service/sagemaker/resource_arn.h"
#include "store/tags.h"

namespace sagebrush::service::sagemaker {

// A resource has 50 tags at most, which one page holds: there is never a next one.
sagebrush::sagemaker::ListTagsOutput list_tags(Call& call,
                                               const sagebrush::sagemaker::ListTagsInput& request) {
  const std::string arn = require_resource(call, request.ResourceArn());
  std::vector<Tag> tags;
  for (const auto& [key, value] : store::Tags(call.house.database).list(arn)) {
    tags.push_back(Tag().set_Key(key).set_Value(value));
  }
  return ListTagsOutput().set_Tags(tags);
}

}  // namespace sagebrush::service::sagemaker
