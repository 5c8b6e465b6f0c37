#include "container/launch.h"

#include <fcntl.h>
extern "C" {  // glibc 2.36 forgot it
#include <sys/pidfd.h>
}

#include <fstream>
#include <sstream>

#include "agent_protocol/json_reader.h"
#include "base/error.h"
#include "base/file.h"

namespace sagebrush::container {
namespace {

namespace json = boost::json;
using agent_protocol::JsonReader;

RuntimeKind kind_from(const std::string& name) {
  for (const auto kind : {RuntimeKind::kCrun, RuntimeKind::kRunc, RuntimeKind::kBubblewrap}) {
    if (to_string(kind) == name) return kind;
  }
  throw Error(ErrorKind::kInvalid, "member runtime must be crun, runc or bwrap, not " + name);
}

// As docker run --init does it.
ContainerSpec with_init(ContainerSpec spec) {
  if (spec.init.empty()) return spec;
  constexpr const char* kInside = "/opt/sagebrush/init";
  spec.mounts.push_back(json::object{{"destination", kInside},
                                     {"type", "bind"},
                                     {"source", spec.init.string()},
                                     {"options", {"bind", "ro", "nosuid", "nodev"}}});
  spec.arguments.insert(spec.arguments.begin(), {kInside, std::to_string(kEndDescriptor)});
  return spec;
}

}  // namespace

Launch prepare_launch(const Runtime& runtime, const ContainerSpec& given,
                      const Workplace& workplace, const std::string& id, std::vector<Mount> mounts,
                      HostNetwork network) {
  const ContainerSpec spec = with_init(given);
  Launch launch{.runtime = runtime,
                .cgroup_path = spec.cgroup_path,
                .mounts = std::move(mounts),
                .command = {runtime.program.string()},
                .init = !spec.init.empty(),
                .layer_locks = {},
                .network = std::move(network),
                .access = {}};
  if (runtime.kind == RuntimeKind::kBubblewrap) {
    auto arguments = bubblewrap_arguments(spec, workplace.rootfs(), kInfoDescriptor);
    launch.command.insert(launch.command.end(), arguments.begin(), arguments.end());
    return launch;
  }
  std::ofstream(workplace.bundle() / "config.json") << json::serialize(runtime_config(spec));
  std::filesystem::create_directories(workplace.state());
  launch.command.insert(launch.command.end(),
                        {"--root", workplace.state().string(), "run", "--detach", "--pid-file",
                         workplace.pid_file().string(), "--bundle", workplace.bundle().string()});
  if (launch.init) launch.command.emplace_back("--preserve-fds=1");
  launch.command.push_back(id);
  return launch;
}

json::object to_json(const Launch& launch) {
  json::array locks;
  for (const auto& file : launch.layer_locks) locks.emplace_back(file.string());
  json::object out{{"runtime", to_string(launch.runtime.kind)},
                   {"program", launch.runtime.program.string()},
                   {"version", launch.runtime.version},
                   {"rootless", launch.runtime.rootless},
                   {"hide_unified", launch.runtime.hide_unified},
                   {"cgroup_path", launch.cgroup_path},
                   {"mounts", to_json(launch.mounts)},
                   {"command", json::array(launch.command.begin(), launch.command.end())},
                   {"init", launch.init},
                   {"layer_locks", std::move(locks)},
                   {"network", to_json(launch.network)}};
  if (launch.access) {
    out["server_port"] = launch.access->port;
    out["credentials_path"] = launch.access->credentials_path;
  }
  return out;
}

Launch launch_from_json(const json::object& object) {
  const JsonReader in(object);
  const auto locks = in.texts("layer_locks");
  Launch launch{.runtime = {kind_from(in.text("runtime")), in.text("program"), in.text("version"),
                            in.boolean("rootless"), in.boolean("hide_unified")},
                .cgroup_path = in.text("cgroup_path"),
                .mounts = mounts_from_json(in.array("mounts")),
                .command = in.texts("command"),
                .init = object.contains("init") && in.boolean("init"),
                .layer_locks = {locks.begin(), locks.end()},
                .network = host_network_from_json(in.object("network")),
                .access = {}};
  if (const auto port = in.integer_if("server_port")) {
    launch.access = {static_cast<std::uint16_t>(*port), in.text("credentials_path")};
  }
  return launch;
}

json::object to_json(const ContainerProcess& process) {
  return {{"pid", process.pid},
          {"start_ticks", process.start_ticks},
          {"started_ms", to_ms(process.started)}};
}

ContainerProcess container_process_from_json(const json::object& object) {
  const JsonReader in(object);
  return {static_cast<int>(in.integer("pid")), in.size("start_ticks"), in.time("started_ms")};
}

std::optional<std::uint64_t> start_ticks_of(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  // The second field is the program's name in parentheses and may hold anything.
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  std::string field;
  for (int number = 3; number < 22; ++number) rest >> field;
  std::uint64_t ticks = 0;
  if (!(rest >> ticks)) return std::nullopt;
  return ticks;
}

bool send_signal(const ContainerProcess& process, int signal) {
  const File handle(::pidfd_open(process.pid, 0));
  // Checked after the handle is held: from here on it can't become another process.
  if (!handle || start_ticks_of(process.pid) != process.start_ticks) return false;
  return ::pidfd_send_signal(handle.fd(), signal, nullptr, 0) == 0;
}

json::object to_json(const ContainerExit& exit) {
  json::object out{{"out_of_memory", exit.out_of_memory},
                   {"peak_memory_bytes", exit.peak_memory_bytes},
                   {"ended_ms", to_ms(exit.ended)},
                   {"start_error", exit.start_error}};
  if (exit.exit_code) out["exit_code"] = *exit.exit_code;
  if (exit.signal) out["signal"] = *exit.signal;
  if (exit.killed_from_outside) out["killed_from_outside"] = true;
  if (exit.started) out["started_ms"] = to_ms(*exit.started);
  return out;
}

ContainerExit container_exit_from_json(const json::object& object) {
  const JsonReader in(object);
  ContainerExit exit;
  if (const auto code = in.integer_if("exit_code")) exit.exit_code = static_cast<int>(*code);
  if (const auto signal = in.integer_if("signal")) exit.signal = static_cast<int>(*signal);
  exit.out_of_memory = in.boolean("out_of_memory");
  exit.killed_from_outside = object.contains("killed_from_outside");
  exit.peak_memory_bytes = in.size("peak_memory_bytes");
  exit.started = in.time_if("started_ms");
  exit.ended = in.time("ended_ms");
  exit.start_error = in.text("start_error");
  return exit;
}

}  // namespace sagebrush::container
