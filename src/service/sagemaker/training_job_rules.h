#pragma once

#include <boost/json.hpp>

#include "job/file_systems.h"

namespace sagebrush::service::sagemaker {

// Checks what the model's constraints can't say, and refuses what this server would have to ignore
// against the user's will. Throws aws::AwsError ValidationException that names the member, its
// value and what would be right.
void check_training_job(const boost::json::object& request, const job::FileSystems& file_systems);

// Whether a job of this request can keep what its KeepAlivePeriodInSeconds asks for; throws as
// check_training_job.
void check_warm_pool(const boost::json::object& request);

}  // namespace sagebrush::service::sagemaker
