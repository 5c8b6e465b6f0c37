#include "cli/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "cli/text_width.h"

namespace sagebrush::cli {
namespace {

constexpr std::size_t kLongestBar = 30;
constexpr std::size_t kShortestBar = 5;

std::string bar_of(double fraction, std::size_t length) {
  const auto full = static_cast<std::size_t>(fraction * static_cast<double>(length));
  std::string bar(full, '=');
  if (full < length) bar.push_back('>');
  bar.resize(length, ' ');
  return bar;
}

}  // namespace

std::string progress_bar(std::string_view label, std::uint64_t done_bytes,
                         std::uint64_t total_bytes, std::chrono::milliseconds elapsed,
                         std::size_t width) {
  done_bytes = std::min(done_bytes, total_bytes);
  const double fraction =
      total_bytes == 0 ? 1.0 : static_cast<double>(done_bytes) / static_cast<double>(total_bytes);
  std::string numbers = fmt::format("{:3.0f}%  {} / {}", std::floor(fraction * 100.0),
                                    human_bytes(done_bytes), human_bytes(total_bytes));
  if (elapsed.count() >= 200) {
    const double rate =
        static_cast<double>(done_bytes) * 1000.0 / static_cast<double>(elapsed.count());
    numbers += fmt::format("  {}/s", human_bytes(static_cast<std::uint64_t>(rate)));
  }
  const std::size_t taken = columns(label) + columns(numbers) + 6;  // blanks and brackets
  if (taken + kShortestBar > width) return fmt::format("{}  {}", label, numbers);
  const std::size_t length = std::min(kLongestBar, width - taken);
  return fmt::format("{}  [{}]  {}", label, bar_of(fraction, length), numbers);
}

}  // namespace sagebrush::cli
