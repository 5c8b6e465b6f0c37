#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sagebrush::job {

// Whether a text has any of several words in it (Wu and Manber's search): looks at pairs of bytes
// and skips as far as the pair allows, so that most bytes of most texts are not looked at.
class LiteralSearch {
 public:
  // words: at least one, each of two bytes or more.
  explicit LiteralSearch(std::vector<std::string> words) : words_(std::move(words)) {
    for (const std::string& word : words_) length_ = std::min(length_, word.size());
    length_ = std::min<std::size_t>(length_, 255);
    skip_.fill(static_cast<std::uint8_t>(length_ - 1));
    for (const std::string& word : words_) {
      for (std::size_t i = 1; i < length_; ++i) {
        auto& skip = skip_[slot(word[i - 1], word[i])];
        skip = std::min(skip, static_cast<std::uint8_t>(length_ - 1 - i));
      }
    }
  }

  bool any_in(std::string_view text) const {
    for (std::size_t end = length_ - 1; end < text.size();) {
      const std::size_t skip = skip_[slot(text[end - 1], text[end])];
      if (skip > 0) {
        end += skip;
        continue;
      }
      const std::string_view from = text.substr(end + 1 - length_);
      for (const std::string& word : words_) {
        if (from.starts_with(word)) return true;
      }
      ++end;
    }
    return false;
  }

 private:
  static std::size_t slot(char a, char b) {
    return (static_cast<std::size_t>(static_cast<unsigned char>(a)) << 4 ^
            static_cast<unsigned char>(b)) &
           4095U;
  }

  std::vector<std::string> words_;
  std::size_t length_ = ~std::size_t{0};
  std::array<std::uint8_t, 4096> skip_{};
};

}  // namespace sagebrush::job
