#include "generated/ecr/list_tags_for_resource.h"

#include "service/call.h"
#include "service/ecr/resource.h"
#include "store/tags.h"

namespace sagebrush::service::ecr {

ListTagsForResourceResponse list_tags_for_resource(Call& call,
                                                   const ListTagsForResourceRequest& request) {
  const std::string arn = require_resource(call, request.resourceArn());
  std::vector<Tag> tags;
  for (const auto& [key, value] : store::Tags(call.house.database).list(arn)) {
    tags.push_back(Tag().set_Key(key).set_Value(value));
  }
  return ListTagsForResourceResponse().set_tags(std::move(tags));
}

}  // namespace sagebrush::service::ecr
