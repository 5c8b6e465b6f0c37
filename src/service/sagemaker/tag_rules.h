#pragma once

#include <boost/json.hpp>

namespace sagebrush::service::sagemaker {

// Checks the Tags of a request, which may have none: keys that are AWS's own and keys that are
// given twice. Throws aws::AwsError ValidationException.
void check_tags(const boost::json::object& request);

}  // namespace sagebrush::service::sagemaker
