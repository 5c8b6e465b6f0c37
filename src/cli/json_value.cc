#include "cli/json_value.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace sagebrush::cli {
namespace {

namespace json = boost::json;

void append_pretty(std::string& text, const json::value& value, std::size_t depth) {
  const std::string indent(2 * (depth + 1), ' ');
  const std::string close(2 * depth, ' ');
  if (value.is_object() && !value.get_object().empty()) {
    std::string_view before = "{\n";
    for (const auto& item : value.get_object()) {
      text.append(before)
          .append(indent)
          .append(json::serialize(json::value(item.key())))
          .append(": ");
      append_pretty(text, item.value(), depth + 1);
      before = ",\n";
    }
    text.append("\n").append(close).append("}");
  } else if (value.is_array() && !value.get_array().empty()) {
    std::string_view before = "[\n";
    for (const json::value& item : value.get_array()) {
      text.append(before).append(indent);
      append_pretty(text, item, depth + 1);
      before = ",\n";
    }
    text.append("\n").append(close).append("]");
  } else {
    text += json::serialize(value);
  }
}

}  // namespace

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::optional<Time> time_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return from_iso8601(value->get_string());
  if (!value->is_number()) return std::nullopt;
  return from_seconds(value->to_number<double>());
}

std::optional<std::int64_t> integer_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  if (value->is_double()) return static_cast<std::int64_t>(value->get_double());
  return value->to_number<std::int64_t>();
}

const json::object& object_at(const json::object& object, std::string_view name) {
  static const json::object kEmpty;
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : kEmpty;
}

const json::array& array_at(const json::object& object, std::string_view name) {
  static const json::array kEmpty;
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : kEmpty;
}

std::string pretty_json(const json::value& value) {
  std::string text;
  append_pretty(text, value, 0);
  text.push_back('\n');
  return text;
}

json::value with_iso_times(json::value value) {
  if (value.is_array()) {
    for (json::value& item : value.get_array()) item = with_iso_times(std::move(item));
  } else if (value.is_object()) {
    for (auto& item : value.get_object()) {
      const std::string_view name = item.key();
      if (name.ends_with("Time") && item.value().is_number()) {
        item.value() = to_iso8601(from_seconds(item.value().to_number<double>()));
      } else {
        item.value() = with_iso_times(std::move(item.value()));
      }
    }
  }
  return value;
}

}  // namespace sagebrush::cli
