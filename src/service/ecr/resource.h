#pragma once

#include <string>

#include "service/call.h"

namespace sagebrush::service::ecr {

// The ARN, checked: a repository that is there. Throws AwsError.
std::string require_resource(const Call& call, const std::string& arn);

}  // namespace sagebrush::service::ecr
