#include <boost/json/serialize.hpp>

#include "aws/cbor_codec.h"
#include "aws/codec.h"
#include "aws/xml_codec.h"

namespace sagebrush::aws {
namespace {

// SageMaker's own exceptions say "Message", everything else "message": the model tells.
std::string_view message_member(const Service& service, std::string_view code) {
  std::optional<Shape> shape = service.find_error(code);
  return shape && shape->find_member("Message") ? "Message" : "message";
}

http::Response json_error(const Service& service, const AwsError& error,
                          std::string_view request_id) {
  boost::json::object body;
  body.emplace("__type", error.code());
  body.emplace(message_member(service, error.code()), error.message());
  http::Response response;
  response.status = error.status();
  std::string_view version = service.row().json_version;
  response.headers.add("Content-Type", version.empty()
                                           ? "application/json"
                                           : "application/x-amz-json-" + std::string(version));
  response.headers.add("x-amzn-RequestId", std::string(request_id));
  response.body = boost::json::serialize(body);
  return response;
}

// A service of the query protocol in one of its newer forms: the code is the shape's name, and the
// old one stands in a header, for clients that have always looked for that.
http::Response moved_error(const Service& service, const AwsError& error,
                           std::string_view request_id, WireForm form) {
  const std::optional<Shape> shape = service.find_error(error.code());
  const std::string type =
      shape ? "com.amazonaws." + std::string(service.id()) + "#" + std::string(shape->name())
            : error.code();
  http::Response response;
  if (form == WireForm::kJson) {
    response = json_error(service, AwsError(type, error.status(), error.message()), request_id);
  } else {
    response.status = error.status();
    response.headers.add("Content-Type", "application/cbor");
    response.headers.add("smithy-protocol", "rpc-v2-cbor");
    response.headers.add("x-amzn-RequestId", std::string(request_id));
    response.body = encode_cbor_texts(
        {{"__type", type}, {message_member(service, error.code()), error.message()}});
  }
  response.headers.add("x-amzn-query-error",
                       error.code() + (error.status() < 500 ? ";Sender" : ";Receiver"));
  return response;
}

http::Response query_error(const Service& service, const AwsError& error,
                           std::string_view request_id) {
  XmlWriter writer;
  writer.open("ErrorResponse", xml_attribute("xmlns", service.row().xml_namespace));
  writer.open("Error");
  writer.element("Type", error.status() < 500 ? "Sender" : "Receiver");
  writer.element("Code", error.code());
  writer.element("Message", error.message());
  writer.close("Error");
  writer.element("RequestId", request_id);
  writer.close("ErrorResponse");
  http::Response response;
  response.status = error.status();
  response.headers.add("Content-Type", "text/xml");
  response.headers.add("x-amzn-RequestId", std::string(request_id));
  response.body = writer.take();
  return response;
}

http::Response s3_error(const AwsError& error, std::string_view request_id,
                        std::string_view resource) {
  http::Response response;
  response.status = error.status();
  response.headers.add("x-amz-request-id", std::string(request_id));
  if (error.status() == 304) return response;  // HTTP allows it no body
  XmlWriter writer;
  writer.open("Error");
  writer.element("Code", error.code());
  writer.element("Message", error.message());
  if (!resource.empty()) writer.element("Resource", resource);
  writer.element("RequestId", request_id);
  writer.element("HostId", request_id);
  writer.close("Error");
  response.headers.add("Content-Type", "application/xml");
  response.body = writer.take();
  return response;
}

}  // namespace

http::Response encode_error(const Service& service, const AwsError& error,
                            std::string_view request_id, std::string_view resource, WireForm form) {
  if (form != WireForm::kOwn) return moved_error(service, error, request_id, form);
  switch (service.protocol()) {
    case Protocol::kQuery: return query_error(service, error, request_id);
    case Protocol::kRestXml: return s3_error(error, request_id, resource);
    case Protocol::kJson:
    case Protocol::kRestJson: break;
  }
  return json_error(service, error, request_id);
}

}  // namespace sagebrush::aws
