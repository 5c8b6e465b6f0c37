#pragma once

#include <spdlog/spdlog.h>

#include <string>

namespace sagebrush {

// Sends spdlog's default logger to stderr (and to `file` when given) as "2026-01-31T12:00:00.123Z
// level message".
void start_logging(const std::string& level = "info", const std::string& file = "");

}  // namespace sagebrush
