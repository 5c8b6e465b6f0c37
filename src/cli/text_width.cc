#include "cli/text_width.h"

namespace sagebrush::cli {
namespace {

bool starts_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

}  // namespace

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (char byte : text) count += starts_character(byte) ? 1 : 0;
  return count;
}

std::string cut_columns(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::size_t seen = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (!starts_character(text[end])) continue;
    if (seen == width - 1) break;
    ++seen;
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace sagebrush::cli
