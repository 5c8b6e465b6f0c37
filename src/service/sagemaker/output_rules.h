#pragma once

#include <boost/json.hpp>

#include "agent_protocol/spec.h"
#include "service/call.h"

namespace sagebrush::service::sagemaker {

// Checks that what a checked request's job makes can be kept: the buckets of its output and its
// checkpoints are there, and its image can have the folder for checkpoints. Throws aws::AwsError
// ValidationException.
void check_output(const Call& call, const boost::json::object& request,
                  agent_protocol::ImageKind image);

}  // namespace sagebrush::service::sagemaker
