#include "generated/ecr/delete_lifecycle_policy.h"

#include <utility>

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

DeleteLifecyclePolicyResponse delete_lifecycle_policy(Call& call,
                                                      const DeleteLifecyclePolicyRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  std::string gone;
  value_of(call,
           call.house.images.update_repository(name,
                                               [&](store::Repository& changing) {
                                                 gone =
                                                     std::exchange(changing.lifecycle_policy, "");
                                               }),
           name);
  if (gone.empty()) {
    throw aws::AwsError("LifecyclePolicyNotFoundException", 400,
                        "Lifecycle policy does not exist for the repository with name '" + name +
                            "' in the registry with id '" + call.house.account + "'");
  }
  return DeleteLifecyclePolicyResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_lifecyclePolicyText(gone);
}

}  // namespace sagebrush::service::ecr
