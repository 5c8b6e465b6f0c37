#pragma once

#include <chrono>
#include <string>

namespace sagebrush::cli {

// "0.4s", "12s", "3m 07s", "2h 05m", "4d 03h"; below ten seconds with one decimal.
std::string duration_text(std::chrono::milliseconds duration);

// "now", "12s ago", "3m ago", "5h ago", "2d ago"; a time to come is "now".
std::string age_text(std::chrono::milliseconds age);

}  // namespace sagebrush::cli
