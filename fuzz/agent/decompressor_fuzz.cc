// Compressed layers: never more than is asked for, always an end or an error.
#include <array>
#include <cstdint>
#include <span>

#include "base/error.h"
#include "container/decompressor.h"

using namespace sagebrush;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // The first byte says how the rest is cut into pieces.
  const std::size_t piece = 1 + data[0];
  auto rest = std::as_bytes(std::span(data, size)).subspan(1);
  const auto decompressor = container::open_decompressor([&] {
    const auto next = rest.first(std::min(piece, rest.size()));
    rest = rest.subspan(next.size());
    return next;
  });
  std::array<std::byte, 5000> out{};
  std::size_t total = 0;
  try {
    while (const std::size_t made = decompressor->read(out)) {
      if (made > out.size()) __builtin_trap();
      total += made;
      if (total > 10'000'000) break;
    }
  } catch (const Error&) {
  }
  return 0;
}
