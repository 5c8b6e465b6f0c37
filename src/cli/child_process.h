#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sagebrush::cli {

struct ProgramCall {
  std::vector<std::string> arguments;       // [0] is the program, found by PATH
  std::filesystem::path working_directory;  // "" = this one
  std::filesystem::path output_file;        // stdout and stderr are added to it
  bool own_session =
      false;  // the terminal's signals don't reach it, and it may outlive this process
};

// A child. The destructor ends it (SIGTERM, then SIGKILL after ten seconds) unless leave_running()
// was called.
class ChildProcess {
 public:
  // Throws Error{kNotFound} when there is no such program, Error{kIo} otherwise.
  explicit ChildProcess(const ProgramCall& call);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // The exit code, or 128 + signal, once it has ended.
  std::optional<int> poll();
  int wait();
  void leave_running() { owned_ = false; }
  // SIGTERM, waits up to `grace`, then SIGKILL.
  void stop(std::chrono::milliseconds grace);

 private:
  pid_t pid_ = -1;
  bool owned_ = true;
  std::optional<int> result_;
};

}  // namespace sagebrush::cli
