#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "container/host_network.h"
#include "container/mount_plan.h"
#include "container/runtime.h"
#include "container/runtime_config.h"
#include "container/server_relay.h"

namespace sagebrush::container {

// Names of what one container keeps below an attempt's work folder, all removed with it.
struct Workplace {
  std::filesystem::path root;

  std::filesystem::path launch() const { return root / "launch.json"; }
  std::filesystem::path started() const {
    return root / "started";
  }  // the shim was here: never start twice
  std::filesystem::path process() const { return root / "container.json"; }
  std::filesystem::path bundle() const { return root / "bundle"; }
  std::filesystem::path rootfs() const { return root / "bundle" / "rootfs"; }
  std::filesystem::path state() const { return root / "state"; }  // the runtime's own
  std::filesystem::path pid_file() const { return root / "pid"; }
  std::filesystem::path layers() const {
    return root / "layers";
  }  // overlays' upper and work folders
  std::filesystem::path ml() const { return root / "ml"; }  // /opt/ml
};

// All that the shim needs to start a container.
struct Launch {
  Runtime runtime;
  std::string cgroup_path;
  std::vector<Mount> mounts;
  std::vector<std::string> command;                // the runtime's argv
  bool init = false;                               // the first process tells how its program ends
  std::vector<std::filesystem::path> layer_locks;  // of an image's layers, held while it runs
  HostNetwork network;
  std::optional<ServerAccess> access;  // by which the container reaches the server from there
};

// Writes the bundle's config.json and says how to start it. The rootfs folder must be there.
Launch prepare_launch(const Runtime& runtime, const ContainerSpec& spec, const Workplace& workplace,
                      const std::string& id, std::vector<Mount> mounts, HostNetwork network);

boost::json::object to_json(const Launch& launch);
Launch launch_from_json(const boost::json::object& object);

// The running container's first process. start_ticks tells it from a later process with the same
// number.
struct ContainerProcess {
  int pid = 0;
  std::uint64_t start_ticks = 0;  // field 22 of /proc/<pid>/stat
  Time started;
};
boost::json::object to_json(const ContainerProcess& process);
ContainerProcess container_process_from_json(const boost::json::object& object);
std::optional<std::uint64_t> start_ticks_of(int pid);  // nullopt: no such process
// False when that process is gone.
bool send_signal(const ContainerProcess& process, int signal);

// container-exit.json: how the container ended.
struct ContainerExit {
  std::optional<int> exit_code;
  std::optional<int> signal;
  bool out_of_memory = false;
  // SIGKILL ended its first process. Nobody inside can do that to it: it was this machine's
  // operator, or the machine.
  bool killed_from_outside = false;
  std::uint64_t peak_memory_bytes = 0;
  std::optional<Time> started;
  Time ended;
  std::string start_error;  // the runtime's words when the container did not start
};
boost::json::object to_json(const ContainerExit& exit);
ContainerExit container_exit_from_json(const boost::json::object& object);

// Where the shim puts its pipes: the one on which a container's init tells its program's end, the
// first that runtimes hand on; and the one on which bubblewrap tells the process number.
inline constexpr int kEndDescriptor = 3;
inline constexpr int kInfoDescriptor = 4;

}  // namespace sagebrush::container
