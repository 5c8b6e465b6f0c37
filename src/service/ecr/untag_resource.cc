#include "generated/ecr/untag_resource.h"

#include "service/call.h"
#include "service/ecr/resource.h"
#include "store/tags.h"

namespace sagebrush::service::ecr {

UntagResourceResponse untag_resource(Call& call, const UntagResourceRequest& request) {
  const std::string arn = require_resource(call, request.resourceArn());
  store::Tags(call.house.database).remove(arn, request.tagKeys());
  return {};
}

}  // namespace sagebrush::service::ecr
