#include "container/runtime_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "container/seccomp_profile.h"

namespace sagebrush::container {
namespace {

namespace json = boost::json;

json::array array_of(const std::vector<std::string>& values) {
  return json::array(values.begin(), values.end());
}

json::object mount(const char* target, const char* type, const char* source,
                   std::initializer_list<json::value_ref> options) {
  return {{"destination", target}, {"type", type}, {"source", source}, {"options", options}};
}

// The defaults of `runc spec`, with /dev/shm as large as asked.
json::array mounts(const ContainerSpec& spec) {
  const auto size = fmt::format("size={}", spec.shared_memory_bytes);
  json::array out{
      mount("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}),
      mount("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}),
      mount("/dev/pts", "devpts", "devpts",
            {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}),
      mount("/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", size}),
      mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}),
      mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}),
      mount("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"})};
  out.insert(out.end(), spec.mounts.begin(), spec.mounts.end());
  return out;
}

json::object capabilities(const ContainerSpec& spec) {
  const json::array kept = array_of(spec.capabilities);
  return {{"bounding", kept}, {"effective", kept}, {"permitted", kept}};
}

json::object resources(const ContainerSpec& spec) {
  json::array rules{{{"allow", false}, {"access", "rwm"}}};
  for (const auto& device : spec.devices) {
    rules.push_back({{"allow", true},
                     {"type", "c"},
                     {"major", device.major},
                     {"minor", device.minor},
                     {"access", "rw"}});
  }
  json::object out{{"devices", std::move(rules)}, {"pids", {{"limit", spec.processes}}}};
  if (spec.memory_bytes > 0) {
    const auto bytes = static_cast<std::int64_t>(spec.memory_bytes);
    out["memory"] = {{"limit", bytes}, {"swap", bytes}};  // swap counts both: none on top
  }
  if (!spec.cpu_set.empty()) {
    out["cpu"] = {{"cpus", fmt::format("{}", fmt::join(spec.cpu_set, ","))}};
  } else if (spec.cpus > 0) {
    out["cpu"] = {{"quota", spec.cpus * 100'000}, {"period", 100'000}};
  }
  return out;
}

json::array devices(const ContainerSpec& spec) {
  json::array out;
  for (const auto& device : spec.devices) {
    out.push_back(json::object{{"path", device.path},
                               {"type", "c"},
                               {"major", device.major},
                               {"minor", device.minor},
                               {"fileMode", 0666},
                               {"uid", 0},
                               {"gid", 0}});
  }
  return out;
}

json::object linux_part(const ContainerSpec& spec) {
  // Named, so that what enters the container later enters its network too.
  const json::array namespaces{{{"type", "pid"}},
                               {{"type", "mount"}},
                               {{"type", "ipc"}},
                               {{"type", "uts"}},
                               {{"type", "network"}, {"path", "/proc/self/ns/net"}}};
  return {{"cgroupsPath", spec.cgroup_path},
          {"namespaces", namespaces},
          {"devices", devices(spec)},
          {"resources", resources(spec)},
          {"seccomp", seccomp_profile()},
          {"maskedPaths",
           {"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
            "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware",
            "/proc/scsi"}},
          {"readonlyPaths",
           {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}}};
}

}  // namespace

json::object runtime_config(const ContainerSpec& spec) {
  const auto files = static_cast<std::int64_t>(spec.open_files);
  return {{"ociVersion", "1.0.2"},
          {"process",
           {{"terminal", false},
            {"user",
             {{"uid", spec.uid},
              {"gid", spec.gid},
              {"additionalGids", json::array(spec.groups.begin(), spec.groups.end())}}},
            {"args", array_of(spec.arguments)},
            {"env", array_of(spec.environment)},
            {"cwd", spec.directory},
            {"capabilities", capabilities(spec)},
            {"rlimits", {{{"type", "RLIMIT_NOFILE"}, {"hard", files}, {"soft", files}}}},
            {"noNewPrivileges", true}}},
          {"root", {{"path", "rootfs"}, {"readonly", false}}},
          {"hostname", spec.hostname},
          {"mounts", mounts(spec)},
          {"hooks", spec.hooks},
          {"linux", linux_part(spec)}};
}

std::vector<std::string> bubblewrap_arguments(const ContainerSpec& spec,
                                              const std::filesystem::path& rootfs,
                                              int info_descriptor) {
  std::vector<std::string> out{"--bind",
                               rootfs.string(),
                               "/",
                               "--proc",
                               "/proc",
                               "--dev",
                               "/dev",
                               "--unshare-pid",
                               "--unshare-ipc",
                               "--unshare-uts",
                               "--hostname",
                               spec.hostname,
                               "--die-with-parent",
                               "--as-pid-1",
                               "--cap-drop",
                               "ALL",
                               "--chdir",
                               spec.directory,
                               "--clearenv",
                               "--info-fd",
                               std::to_string(info_descriptor)};
  for (const auto& device : spec.devices) {
    out.insert(out.end(), {"--dev-bind", device.path, device.path});
  }
  for (const auto& mount : spec.mounts) {
    out.insert(out.end(), {"--ro-bind", std::string(mount.at("source").as_string()),
                           std::string(mount.at("destination").as_string())});
  }
  for (const auto& variable : spec.environment) {
    const auto equals = variable.find('=');
    out.insert(out.end(), {"--setenv", variable.substr(0, equals),
                           equals == std::string::npos ? "" : variable.substr(equals + 1)});
  }
  out.push_back("--");
  out.insert(out.end(), spec.arguments.begin(), spec.arguments.end());
  return out;
}

}  // namespace sagebrush::container
