#include "generated/ecr/delete_repository_policy.h"

#include <utility>

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

DeleteRepositoryPolicyResponse delete_repository_policy(
    Call& call, const DeleteRepositoryPolicyRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  std::string gone;
  value_of(call,
           call.house.images.update_repository(name,
                                               [&](store::Repository& changing) {
                                                 gone = std::exchange(changing.access_policy, "");
                                               }),
           name);
  return DeleteRepositoryPolicyResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_policyText(require_access_policy(call, gone, name));
}

}  // namespace sagebrush::service::ecr
