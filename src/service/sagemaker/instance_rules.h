#pragma once

#include <boost/json.hpp>

namespace sagebrush::service::sagemaker {

// Checks what a ResourceConfig asks for: known instance types, how many, in groups or not. Throws
// aws::AwsError ValidationException.
void check_instances(const boost::json::object& resources);

}  // namespace sagebrush::service::sagemaker
