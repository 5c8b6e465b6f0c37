#include "aws/json_field.h"

#include "base/error.h"
#include "base/text.h"

namespace sagebrush::aws::field {
namespace {

[[noreturn]] void throw_kind(std::string_view expected, const boost::json::value& value) {
  throw Error(ErrorKind::kInternal, "canonical JSON holds a " +
                                        std::string(boost::json::to_string(value.kind())) +
                                        " where a " + std::string(expected) + " belongs");
}

double number(const boost::json::value& value, std::string_view expected) {
  boost::system::error_code error;
  double result = value.to_number<double>(error);
  if (error) throw_kind(expected, value);
  return result;
}

}  // namespace

void throw_missing(std::string_view member) {
  throw Error(ErrorKind::kInternal, "required member " + std::string(member) + " is absent");
}

std::string Text::from(const boost::json::value& value) {
  if (!value.is_string()) throw_kind("string", value);
  return std::string(value.get_string());
}
boost::json::value Text::to(std::string value) {
  return boost::json::string(value);
}

std::int64_t Integer::from(const boost::json::value& value) {
  boost::system::error_code error;
  auto result = value.to_number<std::int64_t>(error);
  if (error) throw_kind("integer", value);
  return result;
}
boost::json::value Integer::to(std::int64_t value) {
  return value;
}

double Real::from(const boost::json::value& value) {
  return number(value, "number");
}
boost::json::value Real::to(double value) {
  return value;
}

bool Boolean::from(const boost::json::value& value) {
  if (!value.is_bool()) throw_kind("boolean", value);
  return value.get_bool();
}
boost::json::value Boolean::to(bool value) {
  return value;
}

Time Timestamp::from(const boost::json::value& value) {
  return from_seconds(number(value, "timestamp"));
}
boost::json::value Timestamp::to(Time value) {
  return to_seconds(value);
}

std::string Blob::from(const boost::json::value& value) {
  if (!value.is_string()) throw_kind("blob", value);
  std::optional<std::string> bytes = from_base64(std::string_view(value.get_string()));
  if (!bytes) throw Error(ErrorKind::kInvalid, "blob is not base64");
  return *std::move(bytes);
}
boost::json::value Blob::to(const std::string& value) {
  return boost::json::string(to_base64(value));
}

}  // namespace sagebrush::aws::field
