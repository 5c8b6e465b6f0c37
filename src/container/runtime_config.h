#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "container/capabilities.h"
#include "container/gpu_devices.h"

namespace sagebrush::container {

// What runs in a container, in the network namespace of whoever starts the runtime, and within
// which bounds, whatever runtime is taken.
struct ContainerSpec {
  std::vector<std::string> arguments;  // argv; [0] is looked up in the environment's PATH
  std::filesystem::path init;  // sagebrush-init on this machine, to be the first process; "": none
  std::vector<std::string> environment;  // "NAME=value"
  std::string directory = "/";
  unsigned uid = 0;  // bubblewrap always runs as this process's user
  unsigned gid = 0;
  std::vector<unsigned> groups;                                // besides gid
  std::vector<std::string> capabilities = few_capabilities();  // root's; of bubblewrap: none
  std::string hostname;
  std::string cgroup_path;   // absolute: a relative one lands somewhere else in each hierarchy
  int cpus = 0;              // 0: no limit
  std::vector<int> cpu_set;  // empty: `cpus` becomes a quota
  std::uint64_t memory_bytes = 0;  // 0: no limit
  int processes = 8192;
  std::uint64_t shared_memory_bytes = 64ULL << 20;  // size of /dev/shm
  std::vector<DeviceNode> devices;                  // besides those that every container has
  boost::json::array mounts;                        // likewise, as config.json has them
  boost::json::object hooks;                        // as config.json has them
  std::uint64_t open_files = 1024;  // RLIMIT_NOFILE; no more than this process's own hard limit
};

// config.json of the OCI runtime specification 1.0.2; the root file system is "rootfs" beside it.
boost::json::object runtime_config(const ContainerSpec& spec);

// The same for bubblewrap: its arguments, after the program's name. No limits: bubblewrap makes no
// control groups. No hooks. info_descriptor: where it writes {"child-pid": …}.
std::vector<std::string> bubblewrap_arguments(const ContainerSpec& spec,
                                              const std::filesystem::path& rootfs,
                                              int info_descriptor);

}  // namespace sagebrush::container
