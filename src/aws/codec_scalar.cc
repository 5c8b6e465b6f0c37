#include "aws/codec_scalar.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

namespace sagebrush::aws {
namespace {

std::optional<double> parse_real(std::string_view text) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

std::optional<boost::json::value> integer_from_text(ShapeKind kind, std::string_view text) {
  std::optional<std::int64_t> number = parse_signed(text);
  if (!number) return std::nullopt;
  bool fits = *number >= std::numeric_limits<std::int32_t>::min() &&
              *number <= std::numeric_limits<std::int32_t>::max();
  if (kind == ShapeKind::kInteger && !fits) return std::nullopt;
  return *number;
}

std::optional<boost::json::value> time_from_text(std::string_view text) {
  if (std::optional<double> seconds = parse_real(text)) return *seconds;
  bool is_http_date = text.find(',') != std::string_view::npos;
  try {
    return to_seconds(is_http_date ? from_http_date(text) : from_iso8601(text));
  } catch (const Error&) {
    return std::nullopt;  // the caller knows whose value it is
  }
}

std::string time_to_text(const Shape& shape, double seconds, TimeStyle style) {
  Time time = from_seconds(std::floor(seconds));
  switch (shape.timestamp_format()) {
    case TimestampFormat::kUnixSeconds: return seconds_to_text(seconds);
    case TimestampFormat::kHttpDate: return to_http_date(time);
    case TimestampFormat::kIso8601:
      if (style == TimeStyle::kHttpDate) style = TimeStyle::kIsoSeconds;
      break;
    case TimestampFormat::kByProtocol: break;
  }
  if (style == TimeStyle::kHttpDate) return to_http_date(time);
  std::string text = to_iso8601(time);
  return style == TimeStyle::kIsoMilliseconds ? text : text.substr(0, 19) + "Z";
}

double as_double(const boost::json::value& value) {
  boost::system::error_code error;
  double number = value.to_number<double>(error);
  if (error) throw Error(ErrorKind::kInternal, "answer holds no number where the model has one");
  return number;
}

}  // namespace

std::optional<boost::json::value> scalar_from_text(const Shape& shape, std::string_view text) {
  switch (shape.kind()) {
    case ShapeKind::kString: return boost::json::string(text);
    case ShapeKind::kInteger:
    case ShapeKind::kLong: return integer_from_text(shape.kind(), trim(text));
    case ShapeKind::kDouble:
    case ShapeKind::kFloat: return parse_real(trim(text));
    case ShapeKind::kBoolean: {
      std::string lower = to_lower(trim(text));
      if (lower == "true") return true;
      if (lower == "false") return false;
      return std::nullopt;
    }
    case ShapeKind::kTimestamp: return time_from_text(trim(text));
    case ShapeKind::kBlob:
      if (!from_base64(text)) return std::nullopt;
      return boost::json::string(text);
    case ShapeKind::kStructure:
    case ShapeKind::kList:
    case ShapeKind::kMap: break;
  }
  return std::nullopt;
}

std::string scalar_to_text(const Shape& shape, const boost::json::value& value, TimeStyle style) {
  if (shape.kind() == ShapeKind::kTimestamp) return time_to_text(shape, as_double(value), style);
  switch (value.kind()) {
    case boost::json::kind::string: return std::string(value.get_string());
    case boost::json::kind::bool_: return value.get_bool() ? "true" : "false";
    case boost::json::kind::int64: return std::to_string(value.get_int64());
    case boost::json::kind::uint64: return std::to_string(value.get_uint64());
    case boost::json::kind::double_: return real_to_text(value.get_double());
    default: break;
  }
  throw Error(ErrorKind::kInternal, "answer holds no scalar at a " + std::string(shape.name()));
}

std::string seconds_to_text(double seconds) {
  std::string text = fmt::format("{:.3f}", seconds);
  while (text.ends_with("0") && !text.ends_with(".0")) text.pop_back();
  return text;
}

std::string real_to_text(double number) {
  std::string text = fmt::format("{}", number);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

}  // namespace sagebrush::aws
