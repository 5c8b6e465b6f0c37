#include "generated/ecr/tag_resource.h"

#include "service/call.h"
#include "service/ecr/resource.h"
#include "store/tags.h"

namespace sagebrush::service::ecr {

TagResourceResponse tag_resource(Call& call, const TagResourceRequest& request) {
  const std::string arn = require_resource(call, request.resourceArn());
  std::vector<store::Tag> tags;
  for (const Tag& tag : request.tags()) {
    tags.emplace_back(tag.Key().value_or(""), tag.Value().value_or(""));
  }
  store::Tags(call.house.database).put(arn, tags);
  return {};
}

}  // namespace sagebrush::service::ecr
