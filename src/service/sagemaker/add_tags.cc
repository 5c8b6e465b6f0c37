#include "generated/sagemaker/add_tags.h"

#include "service/call.h"
#include "service/sagemaker/resource_arn.h"
#include "service/sagemaker/tag_rules.h"
#include "store/tags.h"

namespace sagebrush::service::sagemaker {

sagebrush::sagemaker::AddTagsOutput add_tags(Call& call,
                                             const sagebrush::sagemaker::AddTagsInput& request) {
  const std::string arn = require_resource(call, request.ResourceArn());
  check_tags(request.json());
  std::vector<store::Tag> tags;
  for (const Tag& tag : request.Tags()) tags.emplace_back(tag.Key(), tag.Value());
  store::Tags(call.house.database).put(arn, tags);
  return AddTagsOutput().set_Tags(request.Tags());
}

}  // namespace sagebrush::service::sagemaker
