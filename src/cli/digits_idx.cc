#include "cli/digits_idx.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"

namespace sagebrush::cli {
namespace {

constexpr std::size_t kSmall = 8;
constexpr std::size_t kDrawn = 20;
constexpr std::size_t kSide = 28;
constexpr std::size_t kMargin = (kSide - kDrawn) / 2;

using Small = std::array<double, kSmall * kSmall>;  // 0..16

// Value at row y, column x of the small image's pixel centres, the edge going on outside.
double sample(const Small& small, double y, double x) {
  constexpr double kLast = kSmall - 1;
  y = std::clamp(y, 0.0, kLast);
  x = std::clamp(x, 0.0, kLast);
  const auto y0 = static_cast<std::size_t>(y);
  const auto x0 = static_cast<std::size_t>(x);
  const std::size_t y1 = std::min(y0 + 1, kSmall - 1);
  const std::size_t x1 = std::min(x0 + 1, kSmall - 1);
  const double fy = y - static_cast<double>(y0);
  const double fx = x - static_cast<double>(x0);
  const double top = small[y0 * kSmall + x0] * (1 - fx) + small[y0 * kSmall + x1] * fx;
  const double low = small[y1 * kSmall + x0] * (1 - fx) + small[y1 * kSmall + x1] * fx;
  return top * (1 - fy) + low * fy;
}

void draw(const Small& small, std::vector<std::uint8_t>& pixels) {
  const std::size_t start = pixels.size();
  pixels.resize(start + kSide * kSide, 0);
  constexpr double kScale = static_cast<double>(kSmall) / kDrawn;
  for (std::size_t row = 0; row < kDrawn; ++row) {
    for (std::size_t column = 0; column < kDrawn; ++column) {
      const double value = sample(small, (static_cast<double>(row) + 0.5) * kScale - 0.5,
                                  (static_cast<double>(column) + 0.5) * kScale - 0.5);
      pixels[start + (row + kMargin) * kSide + column + kMargin] =
          static_cast<std::uint8_t>(value * 255.0 / 16.0 + 0.5);
    }
  }
}

void append_big_endian(std::string& text, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    text.push_back(static_cast<char>(value >> shift & 0xFF));
}

}  // namespace

Digits digits_from_csv(std::string_view csv) {
  Digits digits;
  std::size_t number = 0;
  for (std::string_view line : split(csv, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const auto values = split(line, ',');
    if (values.size() != kSmall * kSmall + 1) {
      throw Error(ErrorKind::kInvalid,
                  fmt::format("digits, line {}: {} values instead of 65", number, values.size()));
    }
    Small small{};
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto value = parse_unsigned(values[i]);
      const std::uint64_t most = i < small.size() ? 16 : 9;
      if (!value || *value > most) {
        throw Error(ErrorKind::kInvalid,
                    fmt::format("digits, line {}: '{}' is not 0 to {}", number, values[i], most));
      }
      if (i < small.size()) {
        small[i] = static_cast<double>(*value);
      } else {
        digits.labels.push_back(static_cast<std::uint8_t>(*value));
      }
    }
    draw(small, digits.pixels);
  }
  return digits;
}

std::string idx_images(const Digits& digits, std::size_t first, std::size_t last) {
  std::string idx;
  append_big_endian(idx, 0x803);
  append_big_endian(idx, static_cast<std::uint32_t>(last - first));
  append_big_endian(idx, kSide);
  append_big_endian(idx, kSide);
  const auto* pixels = reinterpret_cast<const char*>(digits.pixels.data());
  return idx.append(pixels + first * kSide * kSide, (last - first) * kSide * kSide);
}

std::string idx_labels(const Digits& digits, std::size_t first, std::size_t last) {
  std::string idx;
  append_big_endian(idx, 0x801);
  append_big_endian(idx, static_cast<std::uint32_t>(last - first));
  return idx.append(reinterpret_cast<const char*>(digits.labels.data()) + first, last - first);
}

}  // namespace sagebrush::cli
