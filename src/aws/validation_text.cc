#include "aws/validation_text.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/text.h"

namespace sagebrush::aws {
namespace {

constexpr std::size_t kMaxBytes = 1024;

void append(std::string& out, const boost::json::value& value) {
  if (out.size() > kMaxBytes) return;
  if (value.is_string()) {
    out += std::string_view(value.get_string());
  } else if (value.is_array()) {
    out += '[';
    const char* separator = "";
    for (const boost::json::value& item : value.get_array()) {
      out += separator;
      append(out, item);
      separator = ", ";
    }
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    const char* separator = "";
    for (const auto& item : value.get_object()) {
      out += separator;
      out += std::string_view(item.key());
      out += '=';
      append(out, item.value());
      separator = ", ";
    }
    out += '}';
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

std::string shown_value(const boost::json::value& value) {
  std::string out;
  append(out, value);
  return std::string(cut_utf8(out, kMaxBytes));
}

std::int64_t utf16_length(std::string_view utf8) {
  std::int64_t units = 0;
  for (unsigned char byte : utf8) {
    if ((byte & 0xc0) != 0x80) ++units;
    if (byte >= 0xf0) ++units;  // beyond the basic plane: a surrogate pair
  }
  return units;
}

}  // namespace sagebrush::aws
