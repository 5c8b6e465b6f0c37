#include "base/random.h"

#include <openssl/rand.h>

#include "base/error.h"
#include "base/text.h"

namespace sagebrush {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    throw Error(ErrorKind::kInternal, "the system's random source failed");
  }
  return bytes;
}

std::string random_hex(std::size_t bytes) {
  return to_hex(random_bytes(bytes));
}

std::string random_text(std::size_t count, const std::string& alphabet) {
  // Draws again above the last multiple of the alphabet's size: no letter is likelier than another.
  const std::size_t limit = 256 - 256 % alphabet.size();
  std::string text;
  while (text.size() < count) {
    for (const char c : random_bytes(count)) {
      const auto value = static_cast<unsigned char>(c);
      if (value < limit && text.size() < count) text += alphabet[value % alphabet.size()];
    }
  }
  return text;
}

std::string random_uuid() {
  std::string b = random_bytes(16);
  b[6] = static_cast<char>((b[6] & 0x0f) | 0x40);
  b[8] = static_cast<char>((b[8] & 0x3f) | 0x80);
  const std::string hex = to_hex(b);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

}  // namespace sagebrush
