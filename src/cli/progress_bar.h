#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sagebrush::cli {

// "label  [=====>    ]  52%  28.6 MiB / 54.9 MiB  120 MiB/s", cut down to `width` columns by
// shortening the bar. total 0 is shown as done.
std::string progress_bar(std::string_view label, std::uint64_t done_bytes,
                         std::uint64_t total_bytes, std::chrono::milliseconds elapsed,
                         std::size_t width);

}  // namespace sagebrush::cli
