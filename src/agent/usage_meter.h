#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "agent_protocol/usage.h"
#include "container/cgroup.h"

namespace sagebrush::agent {

// Where one container's use is read.
struct UsageSources {
  container::Cgroup cgroup;
  std::uint64_t memory_limit = 0;  // 0: none, the machine's memory is
  std::filesystem::path disk;      // a folder on the file system that the container writes to
  std::filesystem::path network;   // /proc/<pid>/net/dev
};

struct NetworkBytes {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
};
// Sums the interfaces of a /proc/<pid>/net/dev but the loopback; nullopt when it is not one.
std::optional<NetworkBytes> parse_network(const std::string& net_dev);

// Turns counters into what was used since the last look.
class UsageMeter {
 public:
  explicit UsageMeter(UsageSources sources) : sources_(std::move(sources)) {}
  // Rates are absent at the first look.
  agent_protocol::UsageSample read(Time time, std::chrono::steady_clock::time_point at);

 private:
  UsageSources sources_;
  std::optional<std::chrono::steady_clock::time_point> last_at_;
  std::optional<std::uint64_t> last_cpu_ns_;
  std::optional<NetworkBytes> last_network_;
};

}  // namespace sagebrush::agent
