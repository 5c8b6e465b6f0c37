#include "agent/python_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace sagebrush::agent {
namespace {

namespace json = boost::json;

constexpr char32_t kLastOfPlane0 = 0xFFFF;

// Gives each code point of UTF-8 text. The texts here come out of a JSON parser, which checked
// them.
template <class Take>
void for_each_code_point(std::string_view text, Take take) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
      code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    }
    take(code, text.substr(i, length));
    i += length;
  }
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for_each_code_point(text, [&out](char32_t code, std::string_view) {
    switch (code) {
      case '"': out += "\\\""; return;
      case '\\': out += "\\\\"; return;
      case '\n': out += "\\n"; return;
      case '\r': out += "\\r"; return;
      case '\t': out += "\\t"; return;
      case '\f': out += "\\f"; return;
      case '\b': out += "\\b"; return;
      default: break;
    }
    if (code >= 0x20 && code < 0x7F) {
      out += static_cast<char>(code);
    } else if (code <= kLastOfPlane0) {
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
    } else {
      const std::uint32_t rest = static_cast<std::uint32_t>(code) - 0x10000;
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
    }
  });
  return out + "\"";
}

std::string repr_string(std::string_view text) {
  const bool single = text.find('\'') != std::string_view::npos;
  const char quote = single && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(1, quote);
  for_each_code_point(text, [&](char32_t code, std::string_view bytes) {
    if (code == '\n') {
      out += "\\n";
    } else if (code == '\r') {
      out += "\\r";
    } else if (code == '\t') {
      out += "\\t";
    } else if (code == '\\' || code == static_cast<char32_t>(quote)) {
      out += '\\';
      out += bytes;
    } else if (code < 0x20 || (code >= 0x7F && code <= 0xA0) || code == 0xAD) {
      out += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(code));
    } else {
      out += bytes;
    }
  });
  return out + quote;
}

std::string join(const std::vector<std::string>& parts, const char* between) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : between) + part;
  return out;
}

std::string repr(const json::value& value) {
  if (const auto* text = value.if_string()) return repr_string(*text);
  std::vector<std::string> parts;
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) parts.push_back(repr(item));
    return "[" + join(parts, ", ") + "]";
  }
  if (const auto* map = value.if_object()) {
    for (const auto& item : *map)
      parts.push_back(repr_string(item.key()) + ": " + repr(item.value()));
    return "{" + join(parts, ", ") + "}";
  }
  return python_str(value);
}

// What json.loads takes beyond JSON.
const std::pair<std::string_view, double> kNotNumbers[] = {
    {"NaN", std::numeric_limits<double>::quiet_NaN()},
    {"Infinity", std::numeric_limits<double>::infinity()},
    {"-Infinity", -std::numeric_limits<double>::infinity()}};

bool is_whole_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

json::value python_loads(const std::string& text) {
  for (const auto& [name, number] : kNotNumbers) {
    if (text == name) return number;
  }
  json::parse_options options;
  options.max_depth = 900;  // Python's own recursion ends at 1,000
  boost::system::error_code failed;
  json::value value = json::parse(text, failed, {}, options);
  if (failed || (value.is_double() && is_whole_number(text))) return json::string(text);
  return value;
}

std::string python_float(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(end.ptr - buffer));
  const auto e = text.find('e');
  int exponent = 0;
  const char* sign = text.data() + e + 1;
  std::from_chars(*sign == '+' ? sign + 1 : sign, end.ptr, exponent);
  if (exponent < -4 || exponent >= 16) {
    return fmt::format("{}e{}{:02d}", text.substr(0, e), exponent < 0 ? '-' : '+',
                       std::abs(exponent));
  }
  const auto dot = text.find('.');
  const int digits = dot == std::string_view::npos ? 0 : static_cast<int>(e - dot) - 1;
  std::string fixed = fmt::format("{:.{}f}", number, std::max(0, digits - exponent));
  if (fixed.find('.') == std::string::npos) fixed += ".0";
  return fixed;
}

std::string python_json(const json::value& value) {
  if (const auto* text = value.if_string()) return json_string(*text);
  if (const auto* number = value.if_double()) {
    if (std::isnan(*number)) return "NaN";
    if (std::isinf(*number)) return *number < 0 ? "-Infinity" : "Infinity";
    return python_float(*number);
  }
  std::vector<std::string> parts;
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) parts.push_back(python_json(item));
    return "[" + join(parts, ",") + "]";
  }
  if (const auto* map = value.if_object()) {
    std::vector<const json::key_value_pair*> items;
    for (const auto& item : *map) items.push_back(&item);
    std::ranges::sort(items, {}, [](const auto* item) { return item->key(); });
    for (const auto* item : items)
      parts.push_back(json_string(item->key()) + ":" + python_json(item->value()));
    return "{" + join(parts, ",") + "}";
  }
  return json::serialize(value);  // null, true, false and whole numbers are the same in both
}

std::string python_str(const json::value& value) {
  if (value.is_null()) return "None";
  if (const auto* truth = value.if_bool()) return *truth ? "True" : "False";
  if (const auto* text = value.if_string()) return std::string(*text);
  if (const auto* number = value.if_double()) return python_float(*number);
  if (value.is_structured()) return repr(value);
  return json::serialize(value);
}

}  // namespace sagebrush::agent
