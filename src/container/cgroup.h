#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sagebrush::container {

// How this machine's control groups are laid out. kHybrid: version 1 controllers and an extra
// version 2 tree ("unified").
enum class CgroupLayout { kNone, kV1, kHybrid, kV2 };
std::string to_string(CgroupLayout layout);

struct MemoryOutcome {
  std::uint64_t oom_kills = 0;   // processes the kernel killed for lack of memory
  std::uint64_t peak_bytes = 0;  // 0 when the kernel does not say
};

struct CgroupUsage {
  std::optional<std::uint64_t> cpu_ns;        // of all processors, since the group was made
  std::optional<std::uint64_t> memory_bytes;  // without the page cache that could be given back
};

// The control groups of one container, by the path relative to each hierarchy's root
// ("/sagebrush-<job>-<host>": no parent that jobs would share and one could remove under another's
// feet).
class Cgroup {
 public:
  // root: normally /sys/fs/cgroup; tests give a folder that looks like it.
  explicit Cgroup(std::string path, std::filesystem::path root = "/sys/fs/cgroup");

  static CgroupLayout layout(const std::filesystem::path& root = "/sys/fs/cgroup");
  // True when this process may make groups for memory, cpu and pids.
  static bool writable(const std::filesystem::path& root = "/sys/fs/cgroup");

  const std::string& path() const { return path_; }
  // Only meaningful before remove(); zeros when there is no memory controller.
  MemoryOutcome memory() const;
  // What is used now; absent where the kernel does not say.
  CgroupUsage usage() const;
  // SIGKILLs whatever is left inside; false when something still lives after `patience_ms`.
  bool kill_all(int patience_ms = 2000) const;
  // Removes the group and those parents that are empty then (runtimes leave the parents).
  void remove() const;

 private:
  std::vector<std::filesystem::path> hierarchies() const;

  std::string path_;
  std::filesystem::path root_;
};

}  // namespace sagebrush::container
