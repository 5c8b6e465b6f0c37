#pragma once

#include <boost/json.hpp>

#include "agent_protocol/spec.h"
#include "service/call.h"

namespace sagebrush::service::sagemaker {

// The kind of image that a CreateTrainingJob runs. Throws aws::AwsError ValidationException when it
// can't be had, as SageMaker does before it takes a job in: in its words where the image should be
// in this registry, else with what to do about it.
agent_protocol::ImageKind require_image(const Call& call, const boost::json::object& request);

}  // namespace sagebrush::service::sagemaker
