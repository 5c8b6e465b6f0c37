#include "agent/python_packages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNotFound = "Could not find a version that satisfies the requirement ";

// Changes when packages of the machine do: an environment lies over them.
std::string state_of(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return "";
  return fmt::format("{} {}.{} {}\n", path.string(), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                     status.st_size);
}

std::string machines_packages() {
  std::string out = state_of("/usr/lib/python3/dist-packages");
  std::error_code failed;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator("/usr/local/lib", failed)) {
    if (entry.path().filename().string().starts_with("python3")) {
      folders.push_back(entry.path() / "dist-packages");
    }
  }
  std::ranges::sort(folders);
  for (const auto& folder : folders) out += state_of(folder);
  return out;
}

// Lines that lead to other files than an index's: options, paths and addresses.
bool names_files(const std::string& requirements) {
  for (const auto line : split(requirements, '\n')) {
    const auto text = trim(line);
    if (text.empty() || text.starts_with('#')) continue;
    if (text.starts_with('-') || text.find('/') != std::string_view::npos ||
        text.find(".whl") != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

void add_tree(Hasher& hasher, const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (fs::is_regular_file(entry.symlink_status())) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    const std::string content = read_file(file);
    hasher.update(fmt::format("{} {}\n", file.lexically_relative(folder).string(), content.size()));
    hasher.update(content);
  }
}

}  // namespace

std::optional<PackagePlan> package_plan(const fs::path& code, EntryPoint entry,
                                        const std::string& interpreter) {
  const fs::path file = code / "requirements.txt";
  PackagePlan plan{.key = {},
                   .interpreter = interpreter,
                   .package = entry == EntryPoint::kPackage,
                   .requirements = fs::is_regular_file(fs::symlink_status(file))};
  if (!plan.package && !plan.requirements) return std::nullopt;
  Hasher hasher(HashKind::kSha256);
  hasher.update("1\n" + state_of(interpreter) + machines_packages());
  const std::string text = plan.requirements ? read_file(file) : "";
  if (plan.package || names_files(text)) {
    add_tree(hasher, code);
  } else {
    hasher.update(text);
  }
  plan.key = to_hex(hasher.finish());
  return plan;
}

std::vector<std::string> install_command(const PackagePlan& plan) {
  std::string script = "set -e\ncd /opt/ml/code\n";
  // A build writes beside its source.
  if (plan.package) script += "cp -r /opt/ml/code /tmp/package\ncd /tmp/package\n";
  script +=
      fmt::format("\"$0\" -m venv --without-pip --system-site-packages {}\n", kEnvironmentFolder);
  script += fmt::format(
      "exec \"$0\" -m pip --python {} install --no-input --disable-pip-version-check "
      "--no-cache-dir --progress-bar off --no-warn-script-location --retries 1",
      kEnvironmentPython);
  if (plan.package) script += " --no-build-isolation .";
  if (plan.requirements) script += " -r requirements.txt";
  return {"/bin/sh", "-c", script, plan.interpreter};
}

std::string install_failure(const PackagePlan& plan, int exit_code,
                            const std::vector<std::string>& lines) {
  std::string message;
  for (const auto& line : lines) {
    const auto at = line.find(kNotFound);
    if (at == std::string::npos) continue;
    std::string wanted = line.substr(at + kNotFound.size());
    wanted = wanted.substr(0, wanted.find(" (from versions"));
    message = fmt::format(
        "{} is not installed for {} on this machine, and no package index that has it was reached. "
        "Install it on the machine, or put its wheel beside requirements.txt and the line "
        "--find-links . into it, or start the server with PIP_INDEX_URL or PIP_FIND_LINKS",
        wanted, plan.interpreter);
  }
  if (std::ranges::any_of(lines, [](const auto& line) {
        return line.find("No module named pip") != std::string::npos ||
               line.find("No module named venv") != std::string::npos;
      })) {
    message = fmt::format("{} has no pip or venv: install python3-pip and python3-venv",
                          plan.interpreter);
  }
  if (message.empty()) message = fmt::format("{}", fmt::join(lines, "\n"));
  if (message.size() > 600) message = "…" + message.substr(message.size() - 600);
  return fmt::format("{}:\nExitCode {}\nErrorMessage \"{}\"\nCommand \"{} -m pip install {}{}\"",
                     plan.package ? "InstallModuleError" : "InstallRequirementsError", exit_code,
                     message, plan.interpreter, plan.package ? ". " : "",
                     plan.requirements ? "-r requirements.txt" : "");
}

}  // namespace sagebrush::agent
