#include "generated/ecr/get_lifecycle_policy_preview.h"

#include <algorithm>

#include "service/ecr/repository.h"
#include "store/image_lifecycle.h"

namespace sagebrush::service::ecr {

namespace {

constexpr std::int64_t kDefaultPage = 100;

bool is_named(const std::vector<ImageIdentifier>& ids, const store::ImageInfo& image) {
  return std::ranges::any_of(ids, [&](const ImageIdentifier& one) {
    const auto id = to_id(one);
    return id.digest == image.digest || std::ranges::find(image.tags, id.tag) != image.tags.end();
  });
}

// In order of digest, as the images are.
std::vector<LifecyclePolicyPreviewResult> chosen(const GetLifecyclePolicyPreviewRequest& request,
                                                 const std::vector<store::ImageInfo>& images,
                                                 const std::vector<store::Expiry>& expired) {
  const auto ids = request.imageIds();
  const auto filter = request.filter();
  std::vector<LifecyclePolicyPreviewResult> results;
  for (const store::ImageInfo& image : images) {
    const auto found = std::ranges::find(expired, image.digest, &store::Expiry::digest);
    if (found == expired.end() || (ids && !is_named(*ids, image)) ||
        (filter && !has_tag_status(image, filter->tagStatus()))) {
      continue;
    }
    LifecyclePolicyPreviewResult result;
    result.set_imageDigest(image.digest)
        .set_imageTags(image.tags)
        .set_imagePushedAt(image.pushed)
        .set_action(LifecyclePolicyRuleAction().set_type("EXPIRE"))
        .set_appliedRulePriority(found->priority);
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace

GetLifecyclePolicyPreviewResponse get_lifecycle_policy_preview(
    Call& call, const GetLifecyclePolicyPreviewRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const auto repository = value_of(call, call.house.images.find_repository(name), name);
  if (repository.preview_policy.empty()) {
    throw aws::AwsError("LifecyclePolicyPreviewNotFoundException", 400,
                        "There is no lifecycle policy preview for the repository with name '" +
                            name + "' in the registry with id '" + call.house.account + "'");
  }
  const auto images = value_of(call, call.house.images.images(name), name);
  const auto expired = store::expired_images(
      store::parse_lifecycle_policy(repository.preview_policy), images, call.time);
  auto results = chosen(request, images, expired);
  GetLifecyclePolicyPreviewResponse response;
  const auto limit = static_cast<std::size_t>(request.maxResults().value_or(kDefaultPage));
  if (const auto next =
          cut_page(results, request.nextToken(), limit,
                   [](const LifecyclePolicyPreviewResult& one) { return *one.imageDigest(); })) {
    response.set_nextToken(*next);
  }
  return response.set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_lifecyclePolicyText(repository.preview_policy)
      .set_status("COMPLETE")
      .set_previewResults(std::move(results))
      .set_summary(LifecyclePolicyPreviewSummary().set_expiringImageTotalCount(
          static_cast<std::int64_t>(expired.size())));
}

}  // namespace sagebrush::service::ecr
