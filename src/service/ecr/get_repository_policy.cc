#include "generated/ecr/get_repository_policy.h"

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

GetRepositoryPolicyResponse get_repository_policy(Call& call,
                                                  const GetRepositoryPolicyRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const auto repository = value_of(call, call.house.images.find_repository(name), name);
  if (repository.access_policy.empty()) {
    throw aws::AwsError("RepositoryPolicyNotFoundException", 400,
                        "Repository policy does not exist for the repository with name '" + name +
                            "' in the registry with id '" + call.house.account + "'");
  }
  return GetRepositoryPolicyResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_policyText(repository.access_policy);
}

}  // namespace sagebrush::service::ecr
