#include "generated/ecr/get_lifecycle_policy.h"

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

GetLifecyclePolicyResponse get_lifecycle_policy(Call& call,
                                                const GetLifecyclePolicyRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const auto repository = value_of(call, call.house.images.find_repository(name), name);
  if (repository.lifecycle_policy.empty()) {
    throw aws::AwsError("LifecyclePolicyNotFoundException", 400,
                        "Lifecycle policy does not exist for the repository with name '" + name +
                            "' in the registry with id '" + call.house.account + "'");
  }
  return GetLifecyclePolicyResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_lifecyclePolicyText(repository.lifecycle_policy);
}

}  // namespace sagebrush::service::ecr
