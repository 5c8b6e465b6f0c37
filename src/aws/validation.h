#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "aws/model.h"

namespace sagebrush::aws {

// The constraints of the model that `input` breaks, each in AWS's words: "Value null at
// 'trainingJobName' failed to satisfy constraint: Member must not be null". Members that the model
// does not know are not looked at.
std::vector<std::string> find_violations(const Shape& shape, const boost::json::object& input);

// Throws AwsError with the service's own code (ValidationException, ValidationError,
// InvalidParameterException; for S3 MalformedXML or InvalidArgument), status 400 and "2 validation
// errors detected: …; …".
void validate(const Operation& operation, const boost::json::object& input);

}  // namespace sagebrush::aws
