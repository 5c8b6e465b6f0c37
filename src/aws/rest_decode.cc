#include <boost/json/array.hpp>

#include "aws/codec_scalar.h"
#include "aws/query_codec.h"
#include "aws/rest_codec.h"
#include "aws/xml_codec.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

[[noreturn]] void refuse(std::string_view where, std::string_view name, std::string_view value) {
  throw AwsError("InvalidArgument", 400,
                 "The " + std::string(where) + " " + std::string(name) + " can not be '" +
                     std::string(value) + "'");
}

boost::json::value decode_text(const Shape& shape, std::string_view where, std::string_view name,
                               std::string_view text) {
  if (shape.kind() == ShapeKind::kList) {  // "ETag, Checksum"
    boost::json::array array;
    for (std::string_view part : split(text, ',')) {
      array.push_back(decode_text(shape.element().shape(), where, name, trim(part)));
    }
    return array;
  }
  std::optional<boost::json::value> value = scalar_from_text(shape, text);
  if (!value) refuse(where, name, text);
  return *std::move(value);
}

std::string_view checked_header(std::string_view name, std::string_view value) {
  if (!is_utf8(value)) {
    throw AwsError("InvalidArgument", 400, "The header " + std::string(name) + " is not UTF-8");
  }
  return value;
}

// "x-amz-meta-": the rest of each such header's name, in lower case, is a key.
boost::json::object decode_prefixed_headers(std::string_view prefix, const http::Headers& headers) {
  boost::json::object object;
  for (const auto& [name, value] : headers) {
    if (name.size() <= prefix.size()) continue;
    if (!http::equal_ignoring_case(std::string_view(name).substr(0, prefix.size()), prefix)) {
      continue;
    }
    std::string key = to_lower(std::string_view(name).substr(prefix.size()));
    std::string_view text = checked_header(name, value);
    if (boost::json::value* earlier = object.if_contains(key)) {
      boost::json::string& joined = earlier->as_string();
      joined += ',';
      joined += text;
    } else {
      object.emplace(key, boost::json::string(text));
    }
  }
  return object;
}

void decode_query_member(const Member& member, const Parameters& parameters,
                         boost::json::object& input) {
  for (const auto& [name, value] : parameters) {
    if (name != member.wire_name()) continue;
    // "?max-keys=" says nothing for a number; for a string it is the empty string.
    if (value.empty() && member.shape().kind() != ShapeKind::kString) return;
    input.emplace(member.name(), decode_text(member.shape(), "parameter", name, value));
    return;
  }
}

void decode_header_member(const Member& member, const http::Headers& headers,
                          boost::json::object& input) {
  std::optional<std::string_view> value = headers.find(member.wire_name());
  if (!value) return;
  std::string_view text = checked_header(member.wire_name(), *value);
  input.emplace(member.name(), decode_text(member.shape(), "header", member.wire_name(), text));
}

void decode_payload(const Member& payload, std::string_view body, boost::json::object& input) {
  if (payload.streaming() || body.empty()) return;
  if (payload.shape().kind() == ShapeKind::kStructure) {
    input.emplace(payload.name(), decode_xml(payload.shape(), body));
  } else if (payload.shape().kind() == ShapeKind::kBlob) {
    input.emplace(payload.name(), to_base64(body));
  } else {
    input.emplace(payload.name(), boost::json::string(body));
  }
}

bool has_body_members(const Shape& shape) {
  for (Member member : shape.members()) {
    if (member.location() == Location::kBody) return true;
  }
  return false;
}

}  // namespace

boost::json::object decode_rest_xml(const Route& route, const http::Request& request,
                                    std::string_view body) {
  std::optional<Shape> shape = route.operation.input();
  if (!shape) return {};
  boost::json::object input;
  Parameters parameters = parse_form(request.query);
  std::optional<Member> payload = shape->payload();
  if (payload) {
    decode_payload(*payload, body, input);
  } else if (!body.empty() && has_body_members(*shape)) {
    input = decode_xml(*shape, body);
  }
  for (Member member : shape->members()) {
    switch (member.location()) {
      case Location::kUri:
        input.emplace(member.name(), member.wire_name() == "Key" ? route.key : route.bucket);
        break;
      case Location::kQuery: decode_query_member(member, parameters, input); break;
      case Location::kHeader: decode_header_member(member, request.headers, input); break;
      case Location::kHeaders: {
        boost::json::object found = decode_prefixed_headers(member.wire_name(), request.headers);
        if (!found.empty()) input.emplace(member.name(), std::move(found));
        break;
      }
      case Location::kStatusCode:
      case Location::kBody: break;
    }
  }
  return input;
}

}  // namespace sagebrush::aws
