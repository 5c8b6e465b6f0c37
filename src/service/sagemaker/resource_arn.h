#pragma once

#include <string>

#include "service/call.h"

namespace sagebrush::service::sagemaker {

// AWS writes the name in lower case there.
std::string training_job_arn(const Call& call, const std::string& name);

// Throws aws::AwsError ValidationException unless `arn` names a resource that is here.
void require_resource(const Call& call, const std::string& arn);

}  // namespace sagebrush::service::sagemaker
