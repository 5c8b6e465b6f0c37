#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <iostream>
#include <string>

#include "aws/codec.h"
#include "aws/registry.h"
#include "aws/validation.h"
#include "base/text.h"

// Codecs for codec_botocore_test.py: one JSON object a line in, one out.
//   {"do":"decode","service","method","path","query","headers":[[name,value]],"body":base64} →
//   {"operation","input"}
//   {"do":"encode","service","operation","output"}              →
//   {"status","headers","body":base64}
//   {"do":"error","service","code","status","message"}          → the same
// An AwsError is answered {"error":{"code","message"}}.
namespace {

using namespace sagebrush;
namespace json = boost::json;

std::string text(const json::object& line, std::string_view name) {
  return std::string(line.at(name).as_string());
}

json::object decode(const json::object& line, const aws::Service& service) {
  http::Request request;
  request.method = text(line, "method");
  request.path = text(line, "path");
  request.query = text(line, "query");
  for (const json::value& header : line.at("headers").as_array()) {
    request.headers.add(std::string(header.as_array()[0].as_string()),
                        std::string(header.as_array()[1].as_string()));
  }
  std::string body = from_base64(text(line, "body")).value();
  bool is_rest = service.protocol() == aws::Protocol::kRestXml;
  aws::Route route =
      is_rest ? aws::match_rest_route(service, request, std::nullopt)
              : aws::Route{aws::find_requested_operation(service, request, body), {}, {}};
  json::object answer;
  answer["operation"] = route.operation.name();
  json::object input = aws::decode_request(route, request, body);
  json::array violations;
  if (route.operation.input()) {
    for (const std::string& one : aws::find_violations(*route.operation.input(), input)) {
      violations.emplace_back(one);
    }
  }
  answer["input"] = std::move(input);
  answer["violations"] = std::move(violations);
  return answer;
}

json::object shown(http::Response response) {
  json::object headers;
  for (const auto& [name, value] : response.headers) headers[name] = value;
  if (response.head_length) headers["Content-Length"] = std::to_string(*response.head_length);
  json::object answer;
  answer["status"] = response.status;
  answer["headers"] = std::move(headers);
  answer["body"] = to_base64(std::get<std::string>(response.body));
  return answer;
}

json::object answer_line(const json::object& line) {
  aws::Service service = aws::find_service(text(line, "service")).value();
  std::string what = text(line, "do");
  if (what == "decode") return decode(line, service);
  if (what == "encode") {
    aws::Operation operation = service.find_operation(text(line, "operation")).value();
    return shown(aws::encode_response(operation, line.at("output").as_object(), "request-1"));
  }
  aws::AwsError error(text(line, "code"), static_cast<int>(line.at("status").as_int64()),
                      text(line, "message"));
  return shown(aws::encode_error(service, error, "request-1", "/bucket/key"));
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    json::object answer;
    try {
      answer = answer_line(json::parse(line).as_object());
    } catch (const aws::AwsError& error) {
      answer["error"] = json::object{{"code", error.code()}, {"message", error.message()}};
    }
    std::cout << json::serialize(answer) << std::endl;
  }
  return 0;
}
