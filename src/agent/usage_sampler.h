#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "agent/gate.h"
#include "container/launch.h"

namespace sagebrush::agent {

// Measures each second what the container uses, in a thread of its own, and posts it. A server that
// is away gets what was measured meanwhile, the last ten minutes of it, when it is back. Nothing
// else of the attempt ever waits for this.
class UsageSampler {
 public:
  UsageSampler(const agent_protocol::Spec& spec, const container::Workplace& place,
               std::string cgroup_path);
  ~UsageSampler();
  // The container has ended.
  void finish();

 private:
  void run(const std::stop_token& stop);
  void wait_for_container(const std::stop_token& stop);
  void post();

  Gate gate_;
  const container::Workplace place_;
  const std::string cgroup_path_;
  const std::uint64_t memory_limit_;
  const std::vector<int> gpus_;
  agent_protocol::UsageBatch waiting_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;
};

}  // namespace sagebrush::agent
