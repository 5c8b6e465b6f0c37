#include "generated/ecr/describe_images.h"

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

namespace {

constexpr std::int64_t kDefaultPage = 100;

ImageDetail detail(const Call& call, const std::string& name, const store::ImageInfo& image) {
  ImageDetail shown;
  shown.set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_imageDigest(image.digest)
      .set_imageSizeInBytes(
          static_cast<std::int64_t>(image.is_index ? image.manifest_bytes : image.image_bytes))
      .set_imagePushedAt(image.pushed)
      .set_imageManifestMediaType(image.media_type);
  if (!image.tags.empty()) shown.set_imageTags(image.tags);
  if (!image.artifact_type.empty()) shown.set_artifactMediaType(image.artifact_type);
  if (image.pulled) shown.set_lastRecordedPullTime(*image.pulled);
  return shown;
}

ImageDetail describe_one(const Call& call, const std::string& name, const store::ImageId& id) {
  const auto found = call.house.images.find_image(name, id);
  if (found) return detail(call, name, found->info);
  const auto fault = found.error().fault;
  if (fault == store::ImageFault::kNoSuchImage || fault == store::ImageFault::kTagMismatch) {
    throw aws::AwsError("ImageNotFoundException", 400,
                        "The image with imageId " + describe(id) +
                            " does not exist within the repository with name '" + name +
                            "' in the registry with id '" + call.house.account + "'");
  }
  throw_problem(call, found.error(), name);
}

}  // namespace

DescribeImagesResponse describe_images(Call& call, const DescribeImagesRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  DescribeImagesResponse response;
  std::vector<ImageDetail> shown;
  if (const auto ids = request.imageIds()) {
    for (const ImageIdentifier& id : *ids) shown.push_back(describe_one(call, name, to_id(id)));
    return response.set_imageDetails(std::move(shown));
  }
  auto images = value_of(call, call.house.images.images(name), name);
  if (const auto filter = request.filter()) {
    std::erase_if(images, [&](const store::ImageInfo& image) {
      return !has_tag_status(image, filter->tagStatus());
    });
  }
  const auto limit = static_cast<std::size_t>(request.maxResults().value_or(kDefaultPage));
  if (const auto next = cut_page(images, request.nextToken(), limit,
                                 [](const store::ImageInfo& image) { return image.digest; })) {
    response.set_nextToken(*next);
  }
  for (const store::ImageInfo& image : images) shown.push_back(detail(call, name, image));
  return response.set_imageDetails(std::move(shown));
}

}  // namespace sagebrush::service::ecr
