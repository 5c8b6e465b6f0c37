#include "store/object_key.h"

#include <cstdint>

namespace sagebrush::store {
namespace {

void append_utf8(std::string& text, std::uint32_t point) {
  if (point < 0x80) {
    text += static_cast<char>(point);
    return;
  }
  const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  constexpr std::uint32_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  text += static_cast<char>(kLead[more] | (point >> (6 * more)));
  for (int i = more - 1; i >= 0; --i) {
    text += static_cast<char>(0x80 | ((point >> (6 * i)) & 0x3f));
  }
}

// Cuts the last character off valid UTF-8 and answers it.
std::uint32_t cut_last(std::string& text) {
  std::size_t start = text.size() - 1;
  while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xc0) == 0x80) --start;
  const auto lead = static_cast<unsigned char>(text[start]);
  std::uint32_t point = lead < 0x80   ? lead
                        : lead < 0xe0 ? lead & 0x1f
                        : lead < 0xf0 ? lead & 0x0f
                                      : lead & 0x07;
  for (std::size_t i = start + 1; i < text.size(); ++i) {
    point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3f);
  }
  text.resize(start);
  return point;
}

}  // namespace

std::string to_column(std::string_view key) {
  std::string column;
  column.reserve(key.size());
  for (const char c : key) {
    if (c == '\0') {
      column += "\x01\x01";
    } else if (c == '\x01') {
      column += "\x01\x02";
    } else {
      column += c;
    }
  }
  return column;
}

std::string from_column(std::string_view column) {
  std::string key;
  key.reserve(column.size());
  for (std::size_t i = 0; i < column.size(); ++i) {
    const bool escaped = column[i] == '\x01' && i + 1 < column.size();
    key += escaped ? static_cast<char>(column[++i] - 1) : column[i];
  }
  return key;
}

std::string after_all_with(std::string_view prefix) {
  std::string text(prefix);
  while (!text.empty()) {
    const std::uint32_t point = cut_last(text);
    if (point == 0x10ffff) continue;
    append_utf8(text, point == 0xd7ff ? 0xe000 : point + 1);
    return text;
  }
  return text;
}

std::string_view common_prefix(std::string_view key, std::string_view prefix,
                               std::string_view delimiter) {
  if (delimiter.empty()) return {};
  const std::size_t at = key.find(delimiter, prefix.size());
  return at == std::string_view::npos ? std::string_view() : key.substr(0, at + delimiter.size());
}

}  // namespace sagebrush::store
