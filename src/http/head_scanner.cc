#include "http/head_scanner.h"

#include <cstring>

namespace sagebrush::http {

std::expected<std::optional<std::size_t>, HeadError> HeadScanner::scan(std::string_view buffer) {
  while (true) {
    const std::size_t end = buffer.find('\n', line_start_);
    if (end == std::string_view::npos) {
      if (const auto error = check_size(buffer.size())) return std::unexpected(*error);
      return std::nullopt;
    }
    if (end == line_start_ || buffer[end - 1] != '\r') {
      return std::unexpected(HeadError{400, "A header line does not end in CRLF."});
    }
    const std::string_view line = buffer.substr(line_start_, end - 1 - line_start_);
    if (const auto error = check_size(end + 1)) return std::unexpected(*error);
    if (line.empty() && lines_ > 0) return end + 1;
    if (const auto error = check_line(line)) return std::unexpected(*error);
    ++lines_;
    line_start_ = end + 1;
  }
}

std::optional<HeadError> HeadScanner::check_size(std::size_t bytes) const {
  if (lines_ == 0 && bytes > limits_.start_line_bytes) {
    return HeadError{414, "The request's URI is longer than 16 KiB."};
  }
  if (bytes > limits_.head_bytes) return HeadError{431, "The header is too large."};
  return std::nullopt;
}

std::optional<HeadError> HeadScanner::check_line(std::string_view line) {
  if (line.find('\r') != std::string_view::npos || line.find('\0') != std::string_view::npos) {
    return HeadError{400, "The header holds a bare CR or a NUL."};
  }
  if (lines_ == 0) {
    if (line.empty() || line.front() == ' ') return HeadError{400, "The start line is missing."};
    return std::nullopt;
  }
  if (lines_ > limits_.fields) return HeadError{431, "The header has too many fields."};
  if (line.front() == ' ' || line.front() == '\t') {
    return HeadError{400, "A header line starts with white space."};
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || line[colon - 1] == ' ' ||
      line[colon - 1] == '\t') {
    return HeadError{400, "A header line is not of the form 'Name: value'."};
  }
  return std::nullopt;
}

}  // namespace sagebrush::http
