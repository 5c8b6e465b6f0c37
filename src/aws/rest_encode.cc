#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "aws/codec_scalar.h"
#include "aws/rest_codec.h"
#include "aws/xml_codec.h"
#include "base/error.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

// Names of root elements, which the model does not tell (its clients ignore them); from the S3 API
// reference.
struct RootName {
  std::string_view operation;
  std::string_view element;
};
constexpr RootName kRootNames[] = {
    {"ListBuckets", "ListAllMyBucketsResult"},
    {"ListObjects", "ListBucketResult"},
    {"ListObjectsV2", "ListBucketResult"},
    {"ListObjectVersions", "ListVersionsResult"},
    {"ListParts", "ListPartsResult"},
    {"ListMultipartUploads", "ListMultipartUploadsResult"},
    {"CreateMultipartUpload", "InitiateMultipartUploadResult"},
    {"CompleteMultipartUpload", "CompleteMultipartUploadResult"},
    {"DeleteObjects", "DeleteResult"},
};

std::string root_name(const Operation& operation, const Shape& shape) {
  for (const RootName& row : kRootNames) {
    if (row.operation == operation.name()) return std::string(row.element);
  }
  std::string name(shape.name());
  if (name.ends_with("Output")) name.replace(name.size() - 6, 6, "Result");
  return name;
}

std::string header_text(const Member& member, const boost::json::value& value) {
  std::string text;
  if (member.shape().kind() == ShapeKind::kList) {
    for (const boost::json::value& item : value.as_array()) {
      if (!text.empty()) text += ',';
      text += scalar_to_text(member.shape().element().shape(), item, TimeStyle::kHttpDate);
    }
  } else {
    text = scalar_to_text(member.shape(), value, TimeStyle::kHttpDate);
  }
  if (text.find_first_of("\r\n") != std::string::npos) {
    throw Error(ErrorKind::kInternal,
                "line break in the value of header " + std::string(member.wire_name()));
  }
  return text;
}

void encode_headers(const Shape& shape, const boost::json::object& output, bool is_head,
                    http::Response& response) {
  for (Member member : shape.members()) {
    const boost::json::value* value = output.if_contains(member.name());
    if (value == nullptr || value->is_null()) continue;
    if (member.location() == Location::kHeaders) {
      for (const auto& item : value->as_object()) {
        response.headers.add(std::string(member.wire_name()) + std::string(item.key()),
                             std::string(item.value().as_string()));
      }
    } else if (member.location() == Location::kStatusCode) {
      response.status = static_cast<int>(value->to_number<int>());
    } else if (member.location() == Location::kHeader) {
      if (http::equal_ignoring_case(member.wire_name(), "Content-Length")) {
        // The server states a body's length itself; only HEAD has a length without a body.
        if (is_head) response.head_length = value->to_number<std::uint64_t>();
        continue;
      }
      response.headers.add(std::string(member.wire_name()), header_text(member, *value));
    }
  }
}

void set_xml(http::Response& response, XmlWriter& writer) {
  response.headers.set("Content-Type", "application/xml");
  response.body = writer.take();
}

void encode_payload(const Service& service, const Member& payload,
                    const boost::json::object& output, http::Response& response) {
  const boost::json::value* value = output.if_contains(payload.name());
  if (payload.streaming() || value == nullptr || value->is_null()) return;
  if (payload.shape().kind() != ShapeKind::kStructure) {
    std::string text(value->as_string());
    response.body = payload.shape().kind() == ShapeKind::kBlob ? from_base64(text).value_or("")
                                                               : std::move(text);
    return;
  }
  std::string name(payload.has(tables::kNamedOnWire) ? payload.wire_name()
                                                     : payload.shape().name());
  XmlWriter writer;
  writer.open(name, xml_attribute("xmlns", service.row().xml_namespace));
  write_xml_members(writer, payload.shape(), value->as_object(), TimeStyle::kIsoMilliseconds);
  writer.close(name);
  set_xml(response, writer);
}

bool has_body_members(const Shape& shape) {
  for (Member member : shape.members()) {
    if (member.location() == Location::kBody) return true;
  }
  return false;
}

// <LocationConstraint>eu-west-1</LocationConstraint>: the one answer whose root is a scalar.
void encode_location(const Service& service, const boost::json::object& output,
                     http::Response& response) {
  XmlWriter writer;
  writer.open("LocationConstraint", xml_attribute("xmlns", service.row().xml_namespace));
  if (const boost::json::value* value = output.if_contains("LocationConstraint")) {
    writer.text(std::string_view(value->as_string()));
  }
  writer.close("LocationConstraint");
  set_xml(response, writer);
}

}  // namespace

http::Response encode_rest_xml(const Operation& operation, const boost::json::object& output) {
  http::Response response;
  response.status = operation.success_status();
  std::optional<Shape> shape = operation.output();
  if (!shape) return response;
  bool is_head = operation.method() == "HEAD";
  encode_headers(*shape, output, is_head, response);
  if (is_head) return response;
  if (operation.name() == "GetBucketLocation") {
    encode_location(operation.service(), output, response);
  } else if (std::optional<Member> payload = shape->payload()) {
    encode_payload(operation.service(), *payload, output, response);
  } else if (has_body_members(*shape)) {
    std::string root = root_name(operation, *shape);
    XmlWriter writer;
    writer.open(root, xml_attribute("xmlns", operation.service().row().xml_namespace));
    write_xml_members(writer, *shape, output, TimeStyle::kIsoMilliseconds);
    writer.close(root);
    set_xml(response, writer);
  }
  return response;
}

}  // namespace sagebrush::aws
