#pragma once

#include <chrono>
#include <stdexcept>

namespace sagebrush::cli {

// Notes Ctrl-C (and SIGTERM) while it lives, instead of ending the process. One at a time. A second
// Ctrl-C of somebody who doesn't want to wait ends the process at once with 130.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  bool seen() const;
  // Sleeps; true as soon as the signal has come.
  bool wait_for(std::chrono::milliseconds duration) const;
  void throw_if_seen() const;  // Interrupted
  // Takes the signal as dealt with, so that what is done because of it can be waited for.
  void forget();
};

// Ends a command with exit code 130; what() says what became of the work.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace sagebrush::cli
