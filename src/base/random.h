#pragma once

#include <cstddef>
#include <string>

namespace sagebrush {

// From the system's cryptographic source; safe for keys and tokens.
std::string random_bytes(std::size_t count);
std::string random_hex(std::size_t bytes);  // 2 lower-case digits a byte
std::string random_text(std::size_t count, const std::string& alphabet);
std::string random_uuid();  // version 4

}  // namespace sagebrush
