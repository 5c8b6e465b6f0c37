#include "generated/ecr/get_repository_policy.h"

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

GetRepositoryPolicyResponse get_repository_policy(Call& call,
                                                  const GetRepositoryPolicyRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const auto repository = value_of(call, call.house.images.find_repository(name), name);
  return GetRepositoryPolicyResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_policyText(require_access_policy(call, repository.access_policy, name));
}

}  // namespace sagebrush::service::ecr
