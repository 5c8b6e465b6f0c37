#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

#include "job/executor.h"

namespace sagebrush::job {

// Agents on this machine, each a process in a session of its own that outlives the server.
class LocalExecutor : public Executor {
 public:
  explicit LocalExecutor(std::filesystem::path agent_program)
      : program_(std::move(agent_program)) {}

  void start(const agent_protocol::AttemptFolder& folder) override;
  bool alive(const agent_protocol::AttemptFolder& folder) override;
  void end(const agent_protocol::AttemptFolder& folder) override;

 private:
  // True while the agent that this server started for the folder runs; reaps it when it ended.
  bool is_running_child(const std::string& folder);

  std::filesystem::path program_;
  std::mutex mutex_;
  std::map<std::string, pid_t>
      children_;  // by folder; agents of an earlier server are found by their lock
};

}  // namespace sagebrush::job
