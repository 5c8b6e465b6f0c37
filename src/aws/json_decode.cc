#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <limits>

#include "aws/aws_error.h"
#include "aws/codec_scalar.h"
#include "aws/json_codec.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

constexpr std::size_t kMaxDepth = 64;

[[noreturn]] void refuse(const std::string& message) {
  throw AwsError("SerializationException", 400, message);
}

[[noreturn]] void refuse_at(const std::string& path, const std::string& message) {
  refuse(path.empty() ? message : message + " (at '" + path + "')");
}

// Coral's name for what was found.
std::string_view token_of(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::string: return "STRING_VALUE";
    case boost::json::kind::bool_: return value.get_bool() ? "TRUE_VALUE" : "FALSE_VALUE";
    case boost::json::kind::object: return "START_OBJECT";
    case boost::json::kind::array: return "START_ARRAY";
    default: return "NUMBER_VALUE";
  }
}

std::string_view article_and_kind(ShapeKind kind) {
  switch (kind) {
    case ShapeKind::kInteger: return "an Integer";
    case ShapeKind::kLong: return "a Long";
    case ShapeKind::kDouble: return "a Double";
    case ShapeKind::kFloat: return "a Float";
    case ShapeKind::kBoolean: return "a Boolean";
    case ShapeKind::kTimestamp: return "a Timestamp";
    case ShapeKind::kBlob: return "a Blob";
    default: return "a String";
  }
}

[[noreturn]] void refuse_kind(const Shape& shape, const boost::json::value& value,
                              const std::string& path) {
  if (value.is_object()) {
    refuse_at(path, "Start of structure or map found where not expected.");
  }
  if (value.is_array()) refuse_at(path, "Start of list found where not expected.");
  refuse_at(path, std::string(token_of(value)) + " can not be converted to " +
                      std::string(article_and_kind(shape.kind())));
}

std::string below(const std::string& path, std::string_view name) {
  std::string lower(name);
  if (!lower.empty() && lower[0] >= 'A' && lower[0] <= 'Z') lower[0] += 'a' - 'A';
  return path.empty() ? lower : path + "." + lower;
}

void check(const Shape& shape, boost::json::value& value, const std::string& path);

void check_structure(const Shape& shape, boost::json::value& value, const std::string& path) {
  if (!value.is_object()) refuse_at(path, "Unexpected value type in payload");
  boost::json::object& object = value.get_object();
  for (Member member : shape.members()) {
    boost::json::value* found = object.if_contains(member.name());
    if (found == nullptr) continue;
    if (found->is_null()) {
      object.erase(member.name());
    } else {
      check(member.shape(), *found, below(path, member.name()));
    }
  }
}

void check_list(const Shape& shape, boost::json::value& value, const std::string& path) {
  if (!value.is_array()) refuse_at(path, "Expected list or null");
  std::size_t index = 0;
  for (boost::json::value& item : value.get_array()) {
    ++index;
    if (item.is_null()) continue;
    check(shape.element().shape(), item, path + "." + std::to_string(index) + ".member");
  }
}

void check_map(const Shape& shape, boost::json::value& value, const std::string& path) {
  if (!value.is_object()) refuse_at(path, "Expected map or null");
  for (auto& item : value.get_object()) {
    if (item.value().is_null()) continue;
    check(shape.value().shape(), item.value(), path + "." + std::string(item.key()));
  }
}

void check_integer(const Shape& shape, boost::json::value& value, const std::string& path) {
  if (value.is_double()) {
    double number = value.get_double();
    if (std::trunc(number) != number || std::abs(number) >= 9.2e18) {
      refuse_kind(shape, value, path);
    }
    value = static_cast<std::int64_t>(number);
  }
  bool fits = value.is_int64();
  if (fits && shape.kind() == ShapeKind::kInteger) {
    fits = value.get_int64() >= std::numeric_limits<std::int32_t>::min() &&
           value.get_int64() <= std::numeric_limits<std::int32_t>::max();
  }
  if (!fits) refuse_kind(shape, value, path);
}

void check(const Shape& shape, boost::json::value& value, const std::string& path) {
  switch (shape.kind()) {
    case ShapeKind::kStructure: return check_structure(shape, value, path);
    case ShapeKind::kList: return check_list(shape, value, path);
    case ShapeKind::kMap: return check_map(shape, value, path);
    case ShapeKind::kInteger:
    case ShapeKind::kLong: return check_integer(shape, value, path);
    case ShapeKind::kDouble:
    case ShapeKind::kFloat:
      if (!value.is_number()) refuse_kind(shape, value, path);
      value = value.to_number<double>();
      return;
    case ShapeKind::kTimestamp:
      if (value.is_string()) {
        const auto time = scalar_from_text(shape, std::string_view(value.get_string()));
        if (!time) refuse_kind(shape, value, path);
        value = *time;
      } else if (value.is_number()) {
        value = value.to_number<double>();
      } else {
        refuse_kind(shape, value, path);
      }
      return;
    case ShapeKind::kBoolean:
      if (!value.is_bool()) refuse_kind(shape, value, path);
      return;
    case ShapeKind::kBlob:
      if (!value.is_string() || !from_base64(std::string_view(value.get_string()))) {
        refuse_kind(shape, value, path);
      }
      return;
    case ShapeKind::kString:
      if (!value.is_string()) refuse_kind(shape, value, path);
      return;
  }
}

}  // namespace

void check_kinds(const Shape& shape, boost::json::value& value) {
  check(shape, value, "");
}

boost::json::object decode_json(const std::optional<Shape>& shape, std::string_view body) {
  if (trim(body).empty()) return {};
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(body, error, {}, options);
  if (error) refuse("the body is not JSON: " + error.message());
  if (!value.is_object()) refuse("the body is not a JSON object");
  if (shape) check(*shape, value, "");
  return std::move(value.get_object());
}

}  // namespace sagebrush::aws
