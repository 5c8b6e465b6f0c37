#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sagebrush::cli {

bool is_gzip(std::string_view bytes);

// Unpacks all members. Throws Error{kInvalid} on broken data or when it grows past `limit_bytes`.
std::string gunzip(std::string_view bytes, std::uint64_t limit_bytes);

}  // namespace sagebrush::cli
