#include "generated/ecr/put_image_tag_mutability.h"

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

PutImageTagMutabilityResponse put_image_tag_mutability(
    Call& call, const PutImageTagMutabilityRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const std::string mutability = request.imageTagMutability();
  value_of(call,
           call.house.images.update_repository(name,
                                               [&](store::Repository& changing) {
                                                 changing.immutable_tags =
                                                     mutability == "IMMUTABLE";
                                               }),
           name);
  return PutImageTagMutabilityResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_imageTagMutability(mutability);
}

}  // namespace sagebrush::service::ecr
