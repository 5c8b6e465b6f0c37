#include "store/image_names.h"

#include <algorithm>
#include <cstddef>

namespace sagebrush::store {
namespace {

constexpr std::size_t kLongestRepositoryName = 255;
constexpr std::size_t kLongestTag = 128;
constexpr std::string_view kSha256 = "sha256:";

bool is_lower_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_word(char c) {
  return is_lower_alphanumeric(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

// Between two runs of letters and digits: '.', '_', "__" or any number of '-'.
bool is_separator(std::string_view text) {
  return text == "." || text == "_" || text == "__" ||
         (!text.empty() && std::ranges::all_of(text, [](char c) { return c == '-'; }));
}

bool is_component(std::string_view text) {
  if (text.empty() || !is_lower_alphanumeric(text.front()) || !is_lower_alphanumeric(text.back())) {
    return false;
  }
  for (std::size_t at = 0; at < text.size();) {
    const auto word_end = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(at),
                                           text.end(), is_lower_alphanumeric);
    at = static_cast<std::size_t>(word_end - text.begin());
    if (at == text.size()) return true;
    const auto separator_end = std::find_if(word_end, text.end(), is_lower_alphanumeric);
    const auto length = static_cast<std::size_t>(separator_end - word_end);
    if (!is_separator(text.substr(at, length))) return false;
    at += length;
  }
  return true;
}

}  // namespace

bool is_repository_name(std::string_view text) {
  if (text.size() > kLongestRepositoryName) return false;
  for (;;) {
    const std::size_t slash = text.find('/');
    if (!is_component(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= kLongestTag && is_word(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_digest(std::string_view text) {
  return text.size() == kSha256.size() + 64 && text.starts_with(kSha256) &&
         std::ranges::all_of(text.substr(kSha256.size()), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace sagebrush::store
