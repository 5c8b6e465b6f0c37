#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sagebrush::container {

// Cuts a stream of bytes into lines. "\n" and "\r\n" end one; a lone "\r" starts the line afresh,
// as a terminal would show it, so that a progress bar leaves its last state. Lines above the limit
// are cut into several.
class LineSplitter {
 public:
  LineSplitter(std::size_t limit, std::function<void(std::string_view)> take)
      : limit_(limit), take_(std::move(take)) {}

  void write(std::string_view bytes);
  void finish();  // gives a last line that has no end

 private:
  void add(std::string_view piece);
  void end_line();

  std::size_t limit_;
  std::function<void(std::string_view)> take_;
  std::string line_;
  bool returned_ = false;  // a '\r' came last: what comes next decides what it was
};

}  // namespace sagebrush::container
