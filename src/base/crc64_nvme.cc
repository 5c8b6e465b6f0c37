#include "base/crc64_nvme.h"

#include <array>
#include <bit>
#include <cstring>

namespace sagebrush {
namespace {

// NVM Express' polynomial (0xad93d23594c93659), reflected.
constexpr std::uint64_t kPolynomial = 0x9a6c9329ac4bc9b5;

using Tables = std::array<std::array<std::uint64_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint64_t byte = 0; byte < 256; ++byte) {
    std::uint64_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? kPolynomial : 0);
    tables[0][byte] = value;
  }
  for (std::size_t slice = 1; slice < 8; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint64_t previous = tables[slice - 1][byte];
      tables[slice][byte] = (previous >> 8) ^ tables[0][previous & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();
static_assert(std::endian::native == std::endian::little, "the word loop reads little-endian");

}  // namespace

// Slicing by eight: one word a step, a table for each of its bytes.
std::uint64_t crc64_nvme(std::uint64_t crc, std::span<const std::byte> data) {
  crc = ~crc;
  while (data.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, data.data(), 8);
    word ^= crc;
    crc = 0;
    for (std::size_t byte = 0; byte < 8; ++byte)
      crc ^= kTables[7 - byte][(word >> (8 * byte)) & 0xff];
    data = data.subspan(8);
  }
  for (const std::byte b : data) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ std::to_integer<std::uint64_t>(b)) & 0xff];
  }
  return ~crc;
}

}  // namespace sagebrush
