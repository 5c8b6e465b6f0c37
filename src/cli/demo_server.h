#pragma once

#include <filesystem>
#include <memory>

#include "cli/child_process.h"
#include "cli/endpoint_choice.h"
#include "cli/interrupt.h"

namespace sagebrush::cli {

// The server that the demo talks to: one that runs on `data_dir` already, else a child.
class DemoServer {
 public:
  // Returns when it answers. Takes 127.0.0.1:9000 and, for TLS, 9443; in place of one that is taken
  // any free port. Throws Error{kUnavailable} with the end of the server's log when it ends or
  // doesn't come up within 30 s, Interrupted on Ctrl-C.
  DemoServer(const std::filesystem::path& data_dir, const Interrupt& interrupt);
  const ServerRecord& record() const { return record_; }
  bool started_here() const { return child_ != nullptr; }
  const std::filesystem::path& log_file() const { return log_file_; }
  void keep();  // lets it run on after this process
  void stop();  // what was started here; waits for its orderly end

 private:
  std::filesystem::path log_file_;
  std::unique_ptr<ChildProcess> child_;
  ServerRecord record_;
};

// Whether a server could listen there now.
bool port_is_free(std::uint16_t port);

}  // namespace sagebrush::cli
