#include "generated/ecr/delete_repository.h"

#include "service/ecr/repository.h"
#include "store/tags.h"

namespace sagebrush::service::ecr {

DeleteRepositoryResponse delete_repository(Call& call, const DeleteRepositoryRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const auto gone = value_of(
      call, call.house.images.delete_repository(name, request.force().value_or(false)), name);
  store::Tags(call.house.database).remove_all(repository_arn(call, gone));
  return DeleteRepositoryResponse().set_repository(show(call, gone));
}

}  // namespace sagebrush::service::ecr
