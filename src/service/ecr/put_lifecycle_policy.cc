#include "generated/ecr/put_lifecycle_policy.h"

#include "service/ecr/repository.h"
#include "store/image_lifecycle.h"

namespace sagebrush::service::ecr {

PutLifecyclePolicyResponse put_lifecycle_policy(Call& call,
                                                const PutLifecyclePolicyRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const std::string text = request.lifecyclePolicyText();
  store::parse_lifecycle_policy(text);
  value_of(call,
           call.house.images.update_repository(
               name, [&](store::Repository& changing) { changing.lifecycle_policy = text; }),
           name);
  return PutLifecyclePolicyResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_lifecyclePolicyText(text);
}

}  // namespace sagebrush::service::ecr
