#include "container/cgroup.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <set>
#include <thread>

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

bool there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// The number after "key " in a flat file of "key value" lines.
std::optional<std::uint64_t> field(const fs::path& file, const std::string& key) {
  std::ifstream in(file);
  std::string name;
  std::uint64_t value = 0;
  while (in >> name >> value) {
    if (name == key) return value;
  }
  return std::nullopt;
}

std::uint64_t number_in(const fs::path& file) {
  std::ifstream in(file);
  std::uint64_t value = 0;
  return in >> value ? value : 0;
}

// Processes of a group and of the groups below it.
std::set<pid_t> members(const fs::path& group) {
  std::set<pid_t> pids;
  if (!there(group)) return pids;
  const auto read = [&](const fs::path& folder) {
    std::ifstream in(folder / "cgroup.procs");
    pid_t pid = 0;
    while (in >> pid) {
      if (pid > 0) pids.insert(pid);
    }
  };
  read(group);
  std::error_code failed;
  for (fs::recursive_directory_iterator it(group, failed), end; !failed && it != end;
       it.increment(failed)) {
    if (it->is_directory(failed)) read(it->path());
  }
  return pids;
}

// Groups below `group`, deepest first, then itself.
void remove_group(const fs::path& group) {
  std::error_code failed;
  for (fs::directory_iterator it(group, failed), end; !failed && it != end; it.increment(failed)) {
    if (it->is_directory(failed)) remove_group(it->path());
  }
  ::rmdir(group.c_str());
}

}  // namespace

std::string to_string(CgroupLayout layout) {
  switch (layout) {
    case CgroupLayout::kNone: return "none";
    case CgroupLayout::kV1: return "version 1";
    case CgroupLayout::kHybrid: return "hybrid (version 1 with a unified tree)";
    case CgroupLayout::kV2: return "version 2";
  }
  return "none";
}

Cgroup::Cgroup(std::string path, fs::path root) : path_(std::move(path)), root_(std::move(root)) {}

CgroupLayout Cgroup::layout(const fs::path& root) {
  if (there(root / "cgroup.controllers")) return CgroupLayout::kV2;
  if (!there(root / "memory")) return CgroupLayout::kNone;
  return there(root / "unified" / "cgroup.controllers") ? CgroupLayout::kHybrid : CgroupLayout::kV1;
}

bool Cgroup::writable(const fs::path& root) {
  const auto may_write = [](const fs::path& path) { return ::access(path.c_str(), W_OK) == 0; };
  switch (layout(root)) {
    case CgroupLayout::kNone: return false;
    case CgroupLayout::kV2: return may_write(root);
    case CgroupLayout::kV1:
    case CgroupLayout::kHybrid:
      return may_write(root / "memory") && may_write(root / "cpu") && may_write(root / "pids");
  }
  return false;
}

std::vector<fs::path> Cgroup::hierarchies() const {
  const CgroupLayout layout = Cgroup::layout(root_);
  if (layout == CgroupLayout::kNone) return {};
  if (layout == CgroupLayout::kV2) return {root_};
  std::vector<fs::path> all;
  std::error_code failed;
  for (fs::directory_iterator it(root_, failed), end; !failed && it != end; it.increment(failed)) {
    if (it->is_directory(failed) && !it->is_symlink(failed)) all.push_back(it->path());
  }
  return all;
}

MemoryOutcome Cgroup::memory() const {
  const std::string relative = path_.substr(1);
  if (layout(root_) == CgroupLayout::kV2) {
    const fs::path group = root_ / relative;
    return {field(group / "memory.events", "oom_kill").value_or(0),
            number_in(group / "memory.peak")};
  }
  const fs::path group = root_ / "memory" / relative;
  return {field(group / "memory.oom_control", "oom_kill").value_or(0),
          number_in(group / "memory.max_usage_in_bytes")};
}

CgroupUsage Cgroup::usage() const {
  const std::string relative = path_.substr(1);
  const bool v2 = layout(root_) == CgroupLayout::kV2;
  CgroupUsage usage;
  if (v2) {
    const auto microseconds = field(root_ / relative / "cpu.stat", "usage_usec");
    if (microseconds) usage.cpu_ns = *microseconds * 1000;
  } else {
    for (const char* hierarchy : {"cpuacct", "cpu,cpuacct"}) {
      const fs::path file = root_ / hierarchy / relative / "cpuacct.usage";
      if (!usage.cpu_ns && there(file)) usage.cpu_ns = number_in(file);
    }
  }
  const fs::path group = v2 ? root_ / relative : root_ / "memory" / relative;
  const fs::path total = group / (v2 ? "memory.current" : "memory.usage_in_bytes");
  if (there(total)) {
    const std::uint64_t all = number_in(total);
    const std::uint64_t cache =
        field(group / "memory.stat", v2 ? "inactive_file" : "total_inactive_file").value_or(0);
    usage.memory_bytes = all - std::min(all, cache);
  }
  return usage;
}

bool Cgroup::kill_all(int patience_ms) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  for (;;) {
    std::set<pid_t> pids;
    for (const auto& hierarchy : hierarchies()) pids.merge(members(hierarchy / path_.substr(1)));
    if (pids.empty()) return true;
    for (const pid_t pid : pids) ::kill(pid, SIGKILL);
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void Cgroup::remove() const {
  const fs::path relative = path_.substr(1);
  for (const auto& hierarchy : hierarchies()) {
    remove_group(hierarchy / relative);
    for (fs::path parent = relative.parent_path(); !parent.empty(); parent = parent.parent_path()) {
      if (::rmdir((hierarchy / parent).c_str()) != 0) break;  // another job's group is inside
    }
  }
}

}  // namespace sagebrush::container
