#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "aws/aws_error.h"
#include "aws/model.h"
#include "http/message.h"

// Between the wire of each AWS protocol and canonical JSON (ARCHITECTURE.md), driven by the model's
// tables.
namespace sagebrush::aws {

// How one request is worded: in its service's protocol or, where the service was of the query
// protocol and has moved on (CloudWatch), in AWS JSON or RPC v2 CBOR.
enum class WireForm { kOwn, kJson, kCbor };
WireForm wire_form_of(const Service& service, const http::Request& request);

// The operation that a request names, and what its URI says. bucket and key are decoded; only REST
// protocols have them.
struct Route {
  Operation operation;
  std::string bucket;
  std::string key;
};

// "b" of host "b.s3.localhost:9000" when `base` is "s3.localhost" (a base a server answers to);
// nullopt for path style.
std::optional<std::string> virtual_host_bucket(std::string_view host, std::string_view base);

// Finds S3's operation by method, path, query and headers, implemented or not. `virtual_bucket`:
// from the host name, when it had one. Throws AwsError MethodNotAllowed (405) when nothing of S3
// has this form, InvalidURI (400) on a broken escape.
Route match_rest_route(const Service& service, const http::Request& request,
                       const std::optional<std::string>& virtual_bucket);

// JSON and query protocols. Query: Action from the URL or, when that has none, from the form
// `body`. Throws AwsError UnknownOperationException (JSON), InvalidAction (query), in the service's
// own words.
Operation find_requested_operation(const Service& service, const http::Request& request,
                                   std::string_view body);

// The request as canonical JSON, types checked against the model, constraints not. `body` is whole;
// "" for streaming input. Throws AwsError: SerializationException (JSON), MalformedInput (query),
// MalformedXML or InvalidArgument (REST-XML).
boost::json::object decode_request(const Route& route, const http::Request& request,
                                   std::string_view body);

// Status, headers and body of a success. A streaming member of the output is left out: the caller
// sets the body.
http::Response encode_response(const Operation& operation, const boost::json::object& output,
                               std::string_view request_id, WireForm form = WireForm::kOwn);

// `resource`: S3's path, shown in its errors; others ignore it.
http::Response encode_error(const Service& service, const AwsError& error,
                            std::string_view request_id, std::string_view resource = {},
                            WireForm form = WireForm::kOwn);

}  // namespace sagebrush::aws
