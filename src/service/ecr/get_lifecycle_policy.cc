#include "generated/ecr/get_lifecycle_policy.h"

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

GetLifecyclePolicyResponse get_lifecycle_policy(Call& call,
                                                const GetLifecyclePolicyRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const auto repository = value_of(call, call.house.images.find_repository(name), name);
  return GetLifecyclePolicyResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_lifecyclePolicyText(require_lifecycle_policy(call, repository.lifecycle_policy, name));
}

}  // namespace sagebrush::service::ecr
