#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "container/cgroup.h"

namespace sagebrush::container {

enum class RuntimeKind { kCrun, kRunc, kBubblewrap };
std::string to_string(RuntimeKind kind);  // "crun", "runc", "bwrap"

struct Runtime {
  RuntimeKind kind = RuntimeKind::kCrun;
  std::filesystem::path program;
  std::string version;        // "1.8.1"
  bool rootless = false;      // no root here: a user namespace; limits are not enforced
  bool hide_unified = false;  // crun on a hybrid cgroup layout
  std::string description() const { return to_string(kind) + " " + version; }
};

// What a choice depends on; gathered by Machine::look, made up in tests.
struct Machine {
  bool root = false;
  bool cgroups_writable = false;
  CgroupLayout layout = CgroupLayout::kNone;
  std::filesystem::path crun, runc, bubblewrap;  // empty: not installed
  static Machine look();
};

// Takes the fastest that works here for "auto" (crun, runc, bwrap), or exactly the named one. Pure;
// version stays empty. Throws Error{kUnavailable} that says what is missing, Error{kInvalid} for a
// name that is no runtime.
Runtime choose_runtime(const std::string& wanted, const Machine& machine);
// choose_runtime for this machine, with the version filled in by asking the program.
// `known` is a file that keeps the versions of programs that were asked before, or "": asking costs
// as much as starting a container does.
Runtime find_runtime(const std::string& wanted, const std::filesystem::path& known = {});

// What an operator should know about this runtime: known holes of its version, what it does not
// enforce. Empty when all is well.
std::vector<std::string> runtime_warnings(const Runtime& runtime);

// "runc version 1.1.5+ds1\n…" → "1.1.5+ds1".
std::string parse_version(const std::string& output);

}  // namespace sagebrush::container
