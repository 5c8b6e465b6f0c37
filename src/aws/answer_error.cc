#include "aws/answer_error.h"

#include <boost/json.hpp>
#include <optional>
#include <pugixml.hpp>

#include "base/text.h"

namespace sagebrush::aws {
namespace {

// "com.amazonaws.sagemaker#ResourceInUse" and "ResourceInUse:http://…" are ResourceInUse.
std::string bare_code(std::string_view code) {
  code = code.substr(0, code.find(':'));
  const std::size_t hash = code.find('#');
  return std::string(hash == std::string_view::npos ? code : code.substr(hash + 1));
}

std::string member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::optional<AwsError> from_json(const http::ClientResponse& response) {
  boost::system::error_code failed;
  const boost::json::value value = boost::json::parse(response.body, failed);
  if (failed || !value.is_object()) return std::nullopt;
  const boost::json::object& object = value.get_object();
  std::string code = member(object, "__type");
  if (code.empty()) code = std::string(response.headers.get("x-amzn-errortype"));
  if (code.empty()) return std::nullopt;
  std::string message = member(object, "message");
  if (message.empty()) message = member(object, "Message");
  return AwsError(bare_code(code), response.status, message);
}

std::optional<AwsError> from_xml(const http::ClientResponse& response) {
  pugi::xml_document document;
  if (!document.load_buffer(response.body.data(), response.body.size())) return std::nullopt;
  const auto error = document.find_node(
      [](const pugi::xml_node& node) { return std::string_view(node.name()) == "Error"; });
  const std::string code = error.child_value("Code");
  if (code.empty()) return std::nullopt;
  return AwsError(code, response.status, error.child_value("Message"));
}

std::string code_of_status(int status) {
  switch (status) {
    case 301: return "PermanentRedirect";
    case 403: return "AccessDenied";
    case 404: return "NotFound";
    case 412: return "PreconditionFailed";
    default: return "HTTP " + std::to_string(status);
  }
}

}  // namespace

AwsError read_error(const http::ClientResponse& response) {
  if (auto error = from_json(response)) return *error;
  if (auto error = from_xml(response)) return *error;
  std::string message = "the answer has the status " + std::to_string(response.status);
  if (!response.body.empty() && is_utf8(response.body)) {
    message += ": " + std::string(cut_utf8(response.body, 200));
  }
  return AwsError(code_of_status(response.status), response.status, message);
}

}  // namespace sagebrush::aws
