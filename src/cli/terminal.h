#pragma once

#include <cstddef>
#include <string_view>

#include "cli/environment.h"

namespace sagebrush::cli {

// One output stream as it was found at the start.
struct StreamLook {
  bool is_terminal = false;
  bool colour = false;
  std::size_t width = 0;  // columns; 0 = unlimited (not a terminal)
};

// --no-color and NO_COLOR switch colour off, CLICOLOR_FORCE (not "0") on where there is no
// terminal; else a terminal that is not "dumb" has it.
bool wants_colour(bool is_terminal, bool no_color_flag, const Environment& environment);

// The process's two outputs: data goes to stdout, messages to stderr. A status line lives at the
// bottom of stderr when that is a terminal; all output goes through here so that the two never mix.
// Calls on one thread.
class Terminal {
 public:
  Terminal(bool no_color_flag, bool quiet, const Environment& environment);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  const StreamLook& out_look() const { return out_; }
  const StreamLook& err_look() const { return err_; }
  void out(std::string_view text);  // data, as it is
  void out_line(std::string_view line);
  void message(std::string_view line);  // to stderr; nothing when quiet
  void warning(std::string_view line);  // to stderr, also when quiet
  // Replaces the status line; does nothing where stderr is no terminal or --quiet was given. Cut to
  // the terminal's width.
  void status(std::string_view line);
  void clear_status();
  void flush();

 private:
  StreamLook out_;
  StreamLook err_;
  bool quiet_;
  bool status_shown_ = false;
};

}  // namespace sagebrush::cli
