#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.h"

// Numbers in byte strings: LEB128 and doubles that say only what differs from the one before.
namespace sagebrush::store {

inline void put_unsigned(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

inline void put_signed(std::string& out, std::int64_t number) {
  put_unsigned(
      out, (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63));
}

inline void put_text(std::string& out, std::string_view text) {
  put_unsigned(out, text.size());
  out += text;
}

// XOR with `before`; one byte says how many zero bytes lead and how many bytes follow.
inline void put_real(std::string& out, double number, double before) {
  const auto differs = std::bit_cast<std::uint64_t>(number) ^ std::bit_cast<std::uint64_t>(before);
  if (differs == 0) {
    out += '\0';
    return;
  }
  const int trailing = std::countr_zero(differs) / 8;
  const int length = 8 - std::countl_zero(differs) / 8 - trailing;
  out += static_cast<char>(trailing << 4 | length);
  const std::uint64_t rest = differs >> (8 * trailing);
  for (int i = 0; i < length; ++i) out += static_cast<char>(rest >> (8 * i));
}

// Reads what the functions above wrote. Each throws Error{kIo} at an end that comes too early.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

  std::uint64_t take_unsigned() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = take_byte();
      number |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return number;
    }
    fail();
  }

  std::int64_t take_signed() {
    const std::uint64_t number = take_unsigned();
    return static_cast<std::int64_t>(number >> 1) ^ -static_cast<std::int64_t>(number & 1);
  }

  std::string_view take_text() {
    const std::uint64_t length = take_unsigned();
    if (length > rest_.size()) fail();
    const std::string_view text = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return text;
  }

  double take_real(double before) {
    const unsigned head = take_byte();
    const unsigned trailing = head >> 4;
    const unsigned length = head & 15;
    if (trailing + length > 8) fail();
    std::uint64_t differs = 0;
    for (unsigned i = 0; i < length; ++i) {
      differs |= static_cast<std::uint64_t>(take_byte()) << (8 * (i + trailing));
    }
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(before) ^ differs);
  }

 private:
  unsigned take_byte() {
    if (rest_.empty()) fail();
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }

  [[noreturn]] static void fail() { throw Error(ErrorKind::kIo, "stored metrics are damaged"); }

  std::string_view rest_;
};

}  // namespace sagebrush::store
