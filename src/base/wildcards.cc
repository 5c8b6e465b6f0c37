#include "base/wildcards.h"

namespace sagebrush {

// On a mismatch only the last '*' takes one more character.
bool matches_wildcards(std::string_view pattern, std::string_view text, Wildcards wildcards) {
  const bool any_one = wildcards == Wildcards::kStarsAndQuestionMarks;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && ((any_one && pattern[p] == '?') || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace sagebrush
