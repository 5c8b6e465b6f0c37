#pragma once

#include <boost/json.hpp>
#include <mutex>
#include <string>

#include "service/call.h"

namespace sagebrush::service::sagemaker {

// Lets a training job in as the quotas allow, in the place of the unfinished one with the id
// `replaced` where it has changed. To be held until the job is there, so that two
// together can't use the same rest; an empty lock where nothing limits. Throws aws::AwsError
// ResourceLimitExceeded in AWS's words.
std::unique_lock<std::mutex> admit(const Call& call, const boost::json::object& request,
                                   const std::string& replaced = "");

}  // namespace sagebrush::service::sagemaker
