#include "container/runtime.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

// Runtimes live in sbin, which an ordinary user's PATH leaves out.
fs::path find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  const std::string folders =
      std::string(path ? path : "") + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin";
  for (const auto folder : split(folders, ':')) {
    const fs::path candidate = fs::path(folder) / name;
    if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

std::string output_of(const fs::path& program, const char* argument) {
  const std::string command = "'" + program.string() + "' " + argument + " 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "re"), ::pclose);
  if (!pipe) throw_errno("run " + program.string());
  std::string out;
  std::array<char, 512> piece{};
  while (const std::size_t n = std::fread(piece.data(), 1, piece.size(), pipe.get())) {
    out.append(piece.data(), n);
  }
  return out;
}

// Changes when the program does.
std::string state_of(const fs::path& program) {
  struct stat status{};
  if (::stat(program.c_str(), &status) != 0) throw_errno("stat " + program.string());
  return fmt::format("{} {} {} {}.{:09}", program.string(), status.st_ino, status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

// The file's two lines are the program's state and its version.
std::optional<std::string> known_version(const fs::path& known, const std::string& program) {
  std::ifstream in(known);
  std::string state;
  std::string version;
  if (!std::getline(in, state) || !std::getline(in, version) || state != program) {
    return std::nullopt;
  }
  return version;
}

// What can't be remembered is asked again.
void remember_version(const fs::path& known, const std::string& program,
                      const std::string& version) {
  const fs::path temporary = known.string() + "." + random_hex(8);
  std::ofstream out(temporary);
  out << program << "\n" << version << "\n";
  out.close();
  std::error_code failed;
  if (out) fs::rename(temporary, known, failed);
  if (!out || failed) fs::remove(temporary, failed);
}

struct Version {
  std::array<std::uint64_t, 3> parts{};
  auto operator<=>(const Version&) const = default;
};

Version numbers(const std::string& text) {
  Version version;
  std::size_t at = 0;
  for (auto& part : version.parts) {
    std::size_t end = at;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    part = parse_unsigned(text.substr(at, end - at)).value_or(0);
    if (end >= text.size() || text[end] != '.') break;
    at = end + 1;
  }
  return version;
}

}  // namespace

std::string to_string(RuntimeKind kind) {
  switch (kind) {
    case RuntimeKind::kCrun: return "crun";
    case RuntimeKind::kRunc: return "runc";
    case RuntimeKind::kBubblewrap: return "bwrap";
  }
  return "runc";
}

Machine Machine::look() {
  return {.root = ::geteuid() == 0,
          .cgroups_writable = Cgroup::writable(),
          .layout = Cgroup::layout(),
          .crun = find_program("crun"),
          .runc = find_program("runc"),
          .bubblewrap = find_program("bwrap")};
}

Runtime choose_runtime(const std::string& wanted, const Machine& machine) {
  if (wanted != "auto" && wanted != "crun" && wanted != "runc" && wanted != "bwrap") {
    throw Error(ErrorKind::kInvalid,
                "runtime must be auto, crun, runc or bwrap, not \"" + wanted + "\"");
  }
  const bool automatic = wanted == "auto";
  const bool oci = machine.root && machine.cgroups_writable;
  if (oci && !machine.crun.empty() && (automatic || wanted == "crun")) {
    return {RuntimeKind::kCrun, machine.crun, "", false, machine.layout == CgroupLayout::kHybrid};
  }
  if (oci && !machine.runc.empty() && (automatic || wanted == "runc")) {
    return {RuntimeKind::kRunc, machine.runc, "", false, false};
  }
  if (!machine.bubblewrap.empty() && (automatic || wanted == "bwrap")) {
    return {RuntimeKind::kBubblewrap, machine.bubblewrap, "", !machine.root, false};
  }
  if (automatic) {
    throw Error(ErrorKind::kUnavailable,
                "no container runtime: install crun or runc (with root), or bubblewrap");
  }
  const bool installed = !(wanted == "crun"   ? machine.crun
                           : wanted == "runc" ? machine.runc
                                              : machine.bubblewrap)
                              .empty();
  throw Error(ErrorKind::kUnavailable,
              !installed ? "runtime " + wanted + " is not installed"
                         : "runtime " + wanted + " needs root and writable control groups");
}

std::string parse_version(const std::string& output) {
  for (const auto word : split(output.substr(0, output.find('\n')), ' ')) {
    if (!word.empty() && word[0] >= '0' && word[0] <= '9') return std::string(word);
  }
  return "";
}

Runtime find_runtime(const std::string& wanted, const fs::path& known) {
  Runtime runtime = choose_runtime(wanted, Machine::look());
  const std::string program = state_of(runtime.program);
  if (const auto version = known_version(known, program)) {
    runtime.version = *version;
    return runtime;
  }
  runtime.version = parse_version(output_of(runtime.program, "--version"));
  if (!known.empty()) remember_version(known, program, runtime.version);
  return runtime;
}

std::vector<std::string> runtime_warnings(const Runtime& runtime) {
  std::vector<std::string> out;
  if (runtime.kind == RuntimeKind::kRunc && numbers(runtime.version) < Version{{1, 2, 8}}) {
    out.push_back(
        fmt::format("runc {} is older than 1.2.8 and may lack the fixes for "
                    "CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881, unless your "
                    "distribution has backported them",
                    runtime.version));
  }
  if (runtime.kind == RuntimeKind::kBubblewrap) {
    out.push_back(
        "bubblewrap enforces no limit on memory, processors or processes, has no "
        "seccomp filter, and can't tell a process that ran out of memory");
  }
  if (runtime.rootless) {
    out.push_back(
        "without root, files of a job belong to the agent's user and the job's user is "
        "root in name only");
  }
  return out;
}

}  // namespace sagebrush::container
