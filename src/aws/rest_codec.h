#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "aws/codec.h"
#include "aws/model.h"
#include "http/message.h"

// REST-XML, which is S3: members live in the path, the query, headers and an XML body.
namespace sagebrush::aws {

boost::json::object decode_rest_xml(const Route& route, const http::Request& request,
                                    std::string_view body);
http::Response encode_rest_xml(const Operation& operation, const boost::json::object& output);

}  // namespace sagebrush::aws
