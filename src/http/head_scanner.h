#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string_view>

namespace sagebrush::http {

// Why a message head is refused: the status to answer and a sentence for the peer.
struct HeadError {
  int status = 400;
  std::string_view text;
};

struct HeadLimits {
  std::size_t start_line_bytes = 16 * 1024 + 64;  // URI of 16 KiB, method and version
  std::size_t head_bytes = 64 * 1024;
  std::size_t fields = 128;
};

// Finds the end of a message head as its bytes come in, and refuses what two parsers could read in
// two ways: bare CR or LF, NUL, folded lines, white space before a colon (RFC 9112 §2.2, §5.1,
// §5.2).
class HeadScanner {
 public:
  explicit HeadScanner(HeadLimits limits) : limits_(limits) {}
  // `buffer` starts with what earlier calls saw. The head's size with its empty line, or nullopt
  // while it is incomplete.
  std::expected<std::optional<std::size_t>, HeadError> scan(std::string_view buffer);

 private:
  std::optional<HeadError> check_line(std::string_view line);
  std::optional<HeadError> check_size(std::size_t bytes) const;

  HeadLimits limits_;
  std::size_t line_start_ = 0;
  std::size_t lines_ = 0;
};

}  // namespace sagebrush::http
