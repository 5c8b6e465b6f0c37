// Checks one request a line of standard input, as sigv4_botocore_test.py writes them, and answers
// "ok" or the error's code.
// {"method","path","query","headers":[[name,value]…],"body":base64,"access_key_id","secret","now":"20260131T120000Z"}

#include <boost/json.hpp>
#include <iostream>
#include <string>

#include "aws/aws_error.h"
#include "aws/sigv4.h"
#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

std::string text(const boost::json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

std::string check(const boost::json::object& line) {
  http::Request request;
  request.method = text(line, "method");
  request.path = text(line, "path");
  request.query = text(line, "query");
  for (const auto& field : line.at("headers").as_array()) {
    const auto& pair = field.as_array();
    request.headers.add(std::string(pair.at(0).as_string()), std::string(pair.at(1).as_string()));
  }
  const std::string body = from_base64(text(line, "body")).value();
  const std::string secret = text(line, "secret");
  const Time now = from_amz_date(text(line, "now"));
  try {
    ParsedSignature parsed = parse_signature(request);
    if (const auto* bucket = line.if_contains("host_bucket")) {
      parsed.host_bucket = bucket->as_string();
    }
    if (parsed.access_key_id != text(line, "access_key_id")) return "unknown key";
    const std::string body_hash = sha256_hex(body);
    verify(parsed, request, secret, parsed.payload_hash.empty() ? body_hash : parsed.payload_hash,
           now);
    const bool hashed = parsed.payload_mode == PayloadMode::kHash && !parsed.payload_hash.empty();
    return hashed && parsed.payload_hash != body_hash ? "body is another" : "ok";
  } catch (const AwsError& error) {
    return error.code();
  }
}

}  // namespace
}  // namespace sagebrush::aws

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << sagebrush::aws::check(boost::json::parse(line).as_object()) << "\n";
  }
}
