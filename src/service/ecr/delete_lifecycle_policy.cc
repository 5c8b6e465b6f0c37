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
  return DeleteLifecyclePolicyResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_lifecyclePolicyText(require_lifecycle_policy(call, gone, name));
}

}  // namespace sagebrush::service::ecr
