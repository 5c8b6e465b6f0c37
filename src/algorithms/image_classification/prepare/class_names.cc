#include "algorithms/image_classification/prepare/class_names.h"

#include <cstdio>
#include <string_view>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

// Returns how many bytes the character at the start of `text` has, or 0 when it is none: RFC 3629,
// section 4.
std::size_t utf8_character(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool surrogate = first == 0xED && byte(1) >= 0xA0;
  const bool beyond = first == 0xF4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : size;
}

// The name with \xNN for each byte that is no UTF-8.
std::string escaped(std::string_view name) {
  std::string text;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t size = utf8_character(name.substr(at));
    if (size > 0) {
      text += name.substr(at, size);
      at += size;
      continue;
    }
    char code[8];
    std::snprintf(code, sizeof(code), "\\x%02x", static_cast<unsigned char>(name[at++]));
    text += code;
  }
  return text;
}

}  // namespace

void check_class_names(const std::vector<std::string>& names, const std::string& where) {
  for (const std::string& name : names) {
    const std::string shown = escaped(name);
    if (shown != name)
      user_error(where + ": the class name '" + shown + "' is not UTF-8; give it another");
  }
}

}  // namespace sagebrush::vision
