#include "container/line_splitter.h"

namespace sagebrush::container {

void LineSplitter::add(std::string_view piece) {
  while (line_.size() + piece.size() > limit_) {
    const std::size_t room = limit_ - line_.size();
    line_ += piece.substr(0, room);
    piece.remove_prefix(room);
    take_(line_);
    line_.clear();
  }
  line_ += piece;
}

void LineSplitter::end_line() {
  take_(line_);
  line_.clear();
}

void LineSplitter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (returned_) {
      returned_ = false;
      if (bytes.front() == '\n') {
        end_line();
        bytes.remove_prefix(1);
        continue;
      }
      if (bytes.front() != '\r') line_.clear();
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    if (end == std::string_view::npos) {
      add(bytes);
      return;
    }
    // A whole line that lies in one piece needs no copy.
    if (bytes[end] == '\n' && line_.empty() && end <= limit_) {
      take_(bytes.substr(0, end));
    } else {
      add(bytes.substr(0, end));
      if (bytes[end] == '\n')
        end_line();
      else
        returned_ = true;
    }
    bytes.remove_prefix(end + 1);
  }
}

void LineSplitter::finish() {
  if (!line_.empty()) end_line();
  returned_ = false;
}

}  // namespace sagebrush::container
