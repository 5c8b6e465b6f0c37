#include "generated/sagemaker/delete_tags.h"

#include "service/call.h"
#include "service/sagemaker/resource_arn.h"
#include "store/tags.h"

namespace sagebrush::service::sagemaker {

sagebrush::sagemaker::DeleteTagsOutput delete_tags(
    Call& call, const sagebrush::sagemaker::DeleteTagsInput& request) {
  const std::string arn = require_resource(call, request.ResourceArn());
  store::Tags(call.house.database).remove(arn, request.TagKeys());
  return {};
}

}  // namespace sagebrush::service::sagemaker
