#include "cli/duration_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace sagebrush::cli {

std::string duration_text(std::chrono::milliseconds duration) {
  const std::int64_t ms = std::max<std::int64_t>(duration.count(), 0);
  if (ms < 9950) return fmt::format("{:.1f}s", static_cast<double>(ms) / 1000.0);
  const std::int64_t seconds = (ms + 500) / 1000;
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3600) return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
  if (seconds < 86400) return fmt::format("{}h {:02}m", seconds / 3600, seconds % 3600 / 60);
  return fmt::format("{}d {:02}h", seconds / 86400, seconds % 86400 / 3600);
}

std::string age_text(std::chrono::milliseconds age) {
  const std::int64_t seconds = age.count() / 1000;
  if (seconds < 1) return "now";
  if (seconds < 60) return fmt::format("{}s ago", seconds);
  if (seconds < 3600) return fmt::format("{}m ago", seconds / 60);
  if (seconds < 86400) return fmt::format("{}h ago", seconds / 3600);
  return fmt::format("{}d ago", seconds / 86400);
}

}  // namespace sagebrush::cli
