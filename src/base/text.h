#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sagebrush {

std::string to_hex(std::string_view bytes);                  // lower case
std::optional<std::string> from_hex(std::string_view text);  // nullopt when not hex of even length
std::string to_base64(std::string_view bytes);               // standard alphabet, padded
std::optional<std::string> from_base64(std::string_view text);  // strict; nullopt otherwise

// RFC 3986: all but A-Z a-z 0-9 - . _ ~ becomes %XX in upper case; '/' stays when keep_slash.
std::string uri_encode(std::string_view text, bool keep_slash = false);
// Decodes %XX once; '+' becomes a space when plus_is_space. nullopt on a broken escape.
std::optional<std::string> uri_decode(std::string_view text, bool plus_is_space = false);

bool is_utf8(std::string_view text);
// Cuts to at most `bytes` without splitting a UTF-8 character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes);

std::vector<std::string_view> split(std::string_view text, char separator);  // keeps empty parts
std::string_view trim(std::string_view text);                                // spaces and tabs
std::string to_lower(std::string_view text);                                 // ASCII

// Digits only (one '-' in front for the signed), the whole text, no overflow; else nullopt.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);
std::optional<std::int64_t> parse_signed(std::string_view text);

// "512 B", "1.5 KiB", "3.2 GiB".
std::string human_bytes(std::uint64_t bytes);

}  // namespace sagebrush
