#include "service/ecr/image_failure.h"

#include "service/ecr/repository.h"
#include "store/image_names.h"

namespace sagebrush::service::ecr {
namespace {

sagebrush::ecr::ImageFailure failure(const store::ImageId& id, const char* code,
                                     const std::string& reason) {
  return sagebrush::ecr::ImageFailure()
      .set_imageId(show(id))
      .set_failureCode(code)
      .set_failureReason(reason);
}

}  // namespace

sagebrush::ecr::ImageFailure not_found(const store::ImageId& id, const std::string& reason) {
  return failure(id, "ImageNotFound", reason);
}

std::optional<sagebrush::ecr::ImageFailure> bad_id(const store::ImageId& id) {
  if (id.tag.empty() && id.digest.empty()) {
    return failure(id, "MissingDigestAndTag",
                   "Invalid request parameters: both tag and digest cannot be null");
  }
  if (!id.digest.empty() && !store::is_digest(id.digest)) {
    return failure(id, "InvalidImageDigest",
                   "Invalid request parameters: image digest should satisfy the regex "
                   "'sha256:[a-f0-9]{64}'");
  }
  if (!id.tag.empty() && !store::is_tag(id.tag)) {
    return failure(id, "InvalidImageTag", "Invalid request parameters: '" + id.tag + "' is no tag");
  }
  return std::nullopt;
}

sagebrush::ecr::ImageFailure image_failure(const Call& call, const std::string& repository,
                                           const store::ImageId& id,
                                           const store::ImageProblem& problem) {
  using Fault = store::ImageFault;
  switch (problem.fault) {
    case Fault::kNoSuchImage: return not_found(id, "Requested image not found");
    case Fault::kTagMismatch:
      return failure(id, "ImageTagDoesNotMatchDigest",
                     "The image tag does not mean the image digest");
    case Fault::kReferenced:
      return failure(id, "ImageReferencedByManifestList",
                     "Requested image referenced by manifest list: [" + problem.what + "]");
    default: throw_problem(call, problem, repository);
  }
}

}  // namespace sagebrush::service::ecr
