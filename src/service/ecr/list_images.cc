#include "generated/ecr/list_images.h"

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

namespace {

constexpr std::int64_t kDefaultPage = 100;

}  // namespace

// One entry a tag, and one for an image without tag.
ListImagesResponse list_images(Call& call, const ListImagesRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const auto filter = request.filter();
  std::vector<store::ImageId> ids;
  for (const auto& image : value_of(call, call.house.images.images(name), name)) {
    if (filter && !has_tag_status(image, filter->tagStatus())) continue;
    for (const std::string& tag : image.tags) ids.push_back({.tag = tag, .digest = image.digest});
    if (image.tags.empty()) ids.push_back({.tag = "", .digest = image.digest});
  }
  ListImagesResponse response;
  const auto limit = static_cast<std::size_t>(request.maxResults().value_or(kDefaultPage));
  if (const auto next = cut_page(ids, request.nextToken(), limit, [](const store::ImageId& id) {
        return id.digest + " " + id.tag;
      })) {
    response.set_nextToken(*next);
  }
  std::vector<ImageIdentifier> shown;
  for (const store::ImageId& id : ids) shown.push_back(show(id));
  return response.set_imageIds(std::move(shown));
}

}  // namespace sagebrush::service::ecr
