#include "generated/ecr/batch_delete_image.h"

#include "service/ecr/image_failure.h"
#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

BatchDeleteImageResponse batch_delete_image(Call& call, const BatchDeleteImageRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  value_of(call, call.house.images.find_repository(name), name);
  std::vector<ImageIdentifier> gone;
  std::vector<ImageFailure> failures;
  for (const ImageIdentifier& wanted : request.imageIds()) {
    const store::ImageId id = to_id(wanted);
    if (auto bad = bad_id(id)) {
      failures.push_back(std::move(*bad));
      continue;
    }
    const auto outcome = call.house.images.delete_image(name, id, false);
    if (!outcome) {
      failures.push_back(image_failure(call, name, id, outcome.error()));
      continue;
    }
    for (const std::string& tag : outcome->tags) {
      gone.push_back(show({.tag = tag, .digest = outcome->digest}));
    }
    if (outcome->tags.empty()) gone.push_back(show({.tag = "", .digest = outcome->digest}));
  }
  return BatchDeleteImageResponse().set_imageIds(std::move(gone)).set_failures(std::move(failures));
}

}  // namespace sagebrush::service::ecr
