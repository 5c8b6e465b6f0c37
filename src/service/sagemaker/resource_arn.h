#pragma once

#include <string>

#include "service/call.h"

namespace sagebrush::service::sagemaker {

// AWS writes the name in lower case there.
std::string training_job_arn(const Call& call, const std::string& name);

// The ARN under which the tags of the resource are that `arn` names: its region may be another one.
// Throws aws::AwsError ValidationException when there is none.
std::string require_resource(const Call& call, const std::string& arn);

}  // namespace sagebrush::service::sagemaker
