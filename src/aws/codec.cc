#include "aws/codec.h"

#include "aws/cbor_codec.h"
#include "aws/json_codec.h"
#include "aws/query_codec.h"
#include "aws/registry.h"
#include "aws/rest_codec.h"

namespace sagebrush::aws {
namespace {

[[noreturn]] void refuse_unbuilt(const Service& service) {
  throw AwsError("NotImplementedException", 501,
                 "The protocol of service " + std::string(service.id()) + " is not implemented.");
}

std::optional<std::string> find_parameter(const Parameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Operation find_action(const Service& service, const http::Request& request, std::string_view body) {
  std::optional<std::string> action = find_parameter(parse_form(request.query), "Action");
  if (!action) action = find_parameter(parse_form(body), "Action");
  if (!action) throw AwsError("MissingAction", 400, "The request has no parameter Action.");
  if (std::optional<Operation> found = service.find_operation(*action)) return *found;
  throw AwsError("InvalidAction", 400,
                 "Could not find operation " + *action + " for version " +
                     std::string(service.row().api_version));
}

Operation find_json_target(const Service& service, const http::Request& request) {
  std::optional<Target> target = find_target(request.headers.get("X-Amz-Target"));
  if (target && target->found && target->service == service) return *target->found;
  throw AwsError("UnknownOperationException", 400,
                 "The requested operation is not recognized by the service.");
}

// "/service/GraniteServiceVersion20100801/operation/PutMetricData"
Operation find_rpc_operation(const Service& service, const http::Request& request) {
  const std::string start = "/service/" + std::string(service.row().target_prefix) + "/operation/";
  if (request.method == "POST" && request.path.starts_with(start)) {
    const auto found = service.find_operation(std::string_view(request.path).substr(start.size()));
    if (found) return *found;
  }
  throw AwsError("UnknownOperationException", 404,
                 "The requested operation is not recognized by the service.");
}

}  // namespace

WireForm wire_form_of(const Service& service, const http::Request& request) {
  const bool both = service.protocol() == Protocol::kQuery && !service.row().target_prefix.empty();
  if (!both) return WireForm::kOwn;
  if (request.headers.get("smithy-protocol") == "rpc-v2-cbor") return WireForm::kCbor;
  return request.headers.find("X-Amz-Target") ? WireForm::kJson : WireForm::kOwn;
}

Operation find_requested_operation(const Service& service, const http::Request& request,
                                   std::string_view body) {
  switch (wire_form_of(service, request)) {
    case WireForm::kJson: return find_json_target(service, request);
    case WireForm::kCbor: return find_rpc_operation(service, request);
    case WireForm::kOwn: break;
  }
  switch (service.protocol()) {
    case Protocol::kJson: return find_json_target(service, request);
    case Protocol::kQuery: return find_action(service, request, body);
    case Protocol::kRestXml: return match_rest_route(service, request, std::nullopt).operation;
    case Protocol::kRestJson: break;
  }
  refuse_unbuilt(service);
}

boost::json::object decode_request(const Route& route, const http::Request& request,
                                   std::string_view body) {
  const Operation& operation = route.operation;
  switch (wire_form_of(operation.service(), request)) {
    case WireForm::kJson: return decode_json(operation.input(), body);
    case WireForm::kCbor: return decode_cbor(operation.input(), body);
    case WireForm::kOwn: break;
  }
  switch (operation.service().protocol()) {
    case Protocol::kJson: return decode_json(operation.input(), body);
    case Protocol::kRestXml: return decode_rest_xml(route, request, body);
    case Protocol::kQuery: {
      if (!operation.input()) return {};
      Parameters parameters = parse_form(request.query);
      Parameters form = parse_form(body);
      parameters.insert(parameters.end(), form.begin(), form.end());
      return decode_query(*operation.input(), parameters);
    }
    case Protocol::kRestJson: break;
  }
  refuse_unbuilt(operation.service());
}

http::Response encode_response(const Operation& operation, const boost::json::object& output,
                               std::string_view request_id, WireForm form) {
  Service service = operation.service();
  http::Response response;
  if (form == WireForm::kCbor) {
    response.headers.add("Content-Type", "application/cbor");
    response.headers.add("smithy-protocol", "rpc-v2-cbor");
    response.headers.add("x-amzn-RequestId", std::string(request_id));
    if (operation.output()) response.body = encode_cbor(*operation.output(), output);
    return response;
  }
  switch (form == WireForm::kJson ? Protocol::kJson : service.protocol()) {
    case Protocol::kJson:
      response.status = operation.success_status();
      response.headers.add("Content-Type",
                           "application/x-amz-json-" + std::string(service.row().json_version));
      if (operation.output()) response.body = encode_json(*operation.output(), output);
      break;
    case Protocol::kQuery:
      response.status = operation.success_status();
      response.headers.add("Content-Type", "text/xml");
      response.body = encode_query(operation, output, request_id);
      break;
    case Protocol::kRestXml:
      response = encode_rest_xml(operation, output);
      response.headers.add("x-amz-request-id", std::string(request_id));
      return response;
    case Protocol::kRestJson: refuse_unbuilt(service);
  }
  response.headers.add("x-amzn-RequestId", std::string(request_id));
  return response;
}

}  // namespace sagebrush::aws
