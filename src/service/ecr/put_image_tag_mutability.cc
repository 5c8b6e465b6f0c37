#include "generated/ecr/put_image_tag_mutability.h"

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

PutImageTagMutabilityResponse put_image_tag_mutability(
    Call& call, const PutImageTagMutabilityRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const std::string mutability = request.imageTagMutability();
  store::Repository wanted{.name = name};
  set_mutability(wanted, mutability, request.imageTagMutabilityExclusionFilters());
  const auto change = [&](store::Repository& changing) {
    changing.immutable_tags = wanted.immutable_tags;
    changing.tag_exclusions = wanted.tag_exclusions;
  };
  value_of(call, call.house.images.update_repository(name, change), name);
  PutImageTagMutabilityResponse response;
  response.set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_imageTagMutability(mutability);
  if (const auto filters = request.imageTagMutabilityExclusionFilters()) {
    response.set_imageTagMutabilityExclusionFilters(*filters);
  }
  return response;
}

}  // namespace sagebrush::service::ecr
