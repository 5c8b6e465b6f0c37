#include "algorithms/image_classification/serving/base64.h"

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

}  // namespace

Bytes decode_base64(std::string_view text) {
  Bytes bytes;
  std::uint32_t bits = 0;
  int held = 0;
  bool ended = false;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == ' ' || c == '\t') continue;
    if (c == '=') {
      ended = true;
      continue;
    }
    const int value = value_of(c);
    if (value < 0 || ended) user_error("b64: is not base64");
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<std::uint8_t>(bits >> held & 0xFF));
    }
  }
  if (held >= 6) user_error("b64: is cut off");
  return bytes;
}

}  // namespace sagebrush::vision
