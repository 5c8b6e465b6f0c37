#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "cli/text_width.h"

namespace sagebrush::cli {
namespace {

StreamLook look_at(int fd, bool no_color_flag, const Environment& environment) {
  StreamLook look;
  look.is_terminal = isatty(fd) == 1;
  look.colour = wants_colour(look.is_terminal, no_color_flag, environment);
  if (look.is_terminal) {
    winsize size{};
    look.width = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  }
  return look;
}

}  // namespace

bool wants_colour(bool is_terminal, bool no_color_flag, const Environment& environment) {
  if (no_color_flag || environment("NO_COLOR")) return false;
  if (auto force = environment("CLICOLOR_FORCE"); force && *force != "0") return true;
  return is_terminal && environment("TERM").value_or("dumb") != "dumb";
}

Terminal::Terminal(bool no_color_flag, bool quiet, const Environment& environment)
    : out_(look_at(STDOUT_FILENO, no_color_flag, environment)),
      err_(look_at(STDERR_FILENO, no_color_flag, environment)),
      quiet_(quiet) {}

Terminal::~Terminal() {
  clear_status();
}

void Terminal::out(std::string_view text) {
  clear_status();
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Terminal::out_line(std::string_view line) {
  out(line);
  std::fputc('\n', stdout);
}

void Terminal::message(std::string_view line) {
  if (!quiet_) warning(line);
}

void Terminal::warning(std::string_view line) {
  clear_status();
  std::fflush(stdout);
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
}

void Terminal::status(std::string_view line) {
  if (quiet_ || !err_.is_terminal) return;
  std::fflush(stdout);
  const std::string cut = cut_columns(line, err_.width > 1 ? err_.width - 1 : 1);
  std::fprintf(stderr, "\r\033[K%s", cut.c_str());
  std::fflush(stderr);
  status_shown_ = true;
}

void Terminal::clear_status() {
  if (!status_shown_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  status_shown_ = false;
}

void Terminal::flush() {
  std::fflush(stdout);
  std::fflush(stderr);
}

}  // namespace sagebrush::cli
