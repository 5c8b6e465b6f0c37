#pragma once

#include <boost/json.hpp>

namespace sagebrush::service::sagemaker {

// Checks what the model's constraints can't say, and refuses what this server would have to ignore
// against the user's will. Throws aws::AwsError ValidationException that names the member, its
// value and what would be right.
void check_training_job(const boost::json::object& request);

}  // namespace sagebrush::service::sagemaker
