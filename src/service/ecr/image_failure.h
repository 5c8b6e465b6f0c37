#pragma once

#include "generated/ecr/shapes/image_failure.h"
#include "service/call.h"
#include "store/image_types.h"

namespace sagebrush::service::ecr {

// One id of a batch that failed, in AWS's words. Throws AwsError when the repository is not there.
sagebrush::ecr::ImageFailure image_failure(const Call& call, const std::string& repository,
                                           const store::ImageId& id,
                                           const store::ImageProblem& problem);
sagebrush::ecr::ImageFailure not_found(const store::ImageId& id, const std::string& reason);
// The id is none, whatever the repository holds.
std::optional<sagebrush::ecr::ImageFailure> bad_id(const store::ImageId& id);

}  // namespace sagebrush::service::ecr
