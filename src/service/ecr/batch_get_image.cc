#include "generated/ecr/batch_get_image.h"

#include <algorithm>

#include "service/ecr/image_failure.h"
#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {
namespace {

// Nothing is converted: an image of a type that the client did not name is none for it.
std::optional<std::string> refused_type(const BatchGetImageRequest& request,
                                        const std::string& media_type) {
  const auto accepted = request.acceptedMediaTypes();
  if (!accepted || accepted->empty()) return std::nullopt;
  if (std::ranges::find(*accepted, media_type) != accepted->end()) return std::nullopt;
  return "Requested image not found: its media type " + media_type +
         " is none of acceptedMediaTypes";
}

}  // namespace

BatchGetImageResponse batch_get_image(Call& call, const BatchGetImageRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  value_of(call, call.house.images.find_repository(name), name);
  std::vector<Image> images;
  std::vector<ImageFailure> failures;
  for (const ImageIdentifier& wanted : request.imageIds()) {
    const store::ImageId id = to_id(wanted);
    if (auto bad = bad_id(id)) {
      failures.push_back(std::move(*bad));
      continue;
    }
    const auto found = call.house.images.find_image(name, id, true);
    if (!found) {
      failures.push_back(image_failure(call, name, id, found.error()));
      continue;
    }
    if (const auto refused = refused_type(request, found->info.media_type)) {
      failures.push_back(not_found(id, *refused));
      continue;
    }
    images.push_back(Image()
                         .set_registryId(call.house.account)
                         .set_repositoryName(name)
                         .set_imageId(show({.tag = id.tag, .digest = found->info.digest}))
                         .set_imageManifest(found->content)
                         .set_imageManifestMediaType(found->info.media_type));
  }
  return BatchGetImageResponse().set_images(std::move(images)).set_failures(std::move(failures));
}

}  // namespace sagebrush::service::ecr
