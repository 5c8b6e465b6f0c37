#include "generated/ecr/set_repository_policy.h"

#include <boost/json.hpp>

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

// Kept and given back: all who may use this server may use its registry.
SetRepositoryPolicyResponse set_repository_policy(Call& call,
                                                  const SetRepositoryPolicyRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const std::string text = request.policyText();
  boost::json::error_code failed;
  if (!boost::json::parse(text, failed).is_object() || failed) {
    throw aws::AwsError("InvalidParameterException", 400,
                        "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid "
                        "repository policy provided'");
  }
  value_of(call,
           call.house.images.update_repository(
               name, [&](store::Repository& changing) { changing.access_policy = text; }),
           name);
  return SetRepositoryPolicyResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_policyText(text);
}

}  // namespace sagebrush::service::ecr
