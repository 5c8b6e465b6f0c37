#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "aws/model.h"

// AWS JSON 1.0 and 1.1.
namespace sagebrush::aws {

// Parses a body and checks its kinds against `shape`. Members that the model lacks are kept, null
// members dropped. Throws AwsError SerializationException, in AWS's words ("STRING_VALUE can not be
// converted to an Integer") and the member's path.
boost::json::object decode_json(const std::optional<Shape>& shape, std::string_view body);

// The second half of decode_json, of a value that came in another form; at its top an object.
void check_kinds(const Shape& shape, boost::json::value& value);

// Times become numbers of seconds with a fraction, as AWS writes them; members without a value are
// left out.
std::string encode_json(const Shape& shape, const boost::json::object& output);

}  // namespace sagebrush::aws
