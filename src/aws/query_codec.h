#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/model.h"

// The AWS query protocol: a form in, XML out.
namespace sagebrush::aws {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// "a=b&c" decoded, '+' as a space, in order; a name without '=' has the value "". Used for URLs'
// queries too. Throws AwsError InvalidArgument (400) on a broken escape, text that is not UTF-8, or
// more than 10,000 parameters.
Parameters parse_form(std::string_view form);

// "Tags.member.1.Key=a" … as canonical JSON. Names that the model lacks are ignored.
// Throws AwsError MalformedInput that names the parameter.
boost::json::object decode_query(const Shape& shape, const Parameters& parameters);

// <OpResponse xmlns="…"><OpResult>…</OpResult><ResponseMetadata>…</ResponseMetadata></OpResponse>
std::string encode_query(const Operation& operation, const boost::json::object& output,
                         std::string_view request_id);

}  // namespace sagebrush::aws
