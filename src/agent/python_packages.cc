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

// An environment made by an environment's interpreter is one over the system's packages alone: its
// own have to be shown too.
constexpr const char* kShowOuterPackages = R"py(
import sys, sysconfig
if sys.prefix != sys.base_prefix:
    place = "%s/lib/python%d.%d/site-packages/outer.pth" % ((sys.argv[1],) + sys.version_info[:2])
    with open(place, "w") as file:
        for path in dict.fromkeys(map(sysconfig.get_path, ("purelib", "platlib"))):
            print("import site; site.addsitedir(%r)" % path, file=file)
)py";
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

bool has_requirements(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") != std::string::npos;
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

std::string where_of(const PackagePlan& plan) {
  return plan.image.empty() ? "on this machine" : "in the image " + plan.image;
}

}  // namespace

bool needs_packages(const CodeFolder& code, EntryPoint entry) {
  return entry == EntryPoint::kPackage || has_requirements(code.read("requirements.txt"));
}

std::optional<PackagePlan> package_plan(const CodeFolder& code, EntryPoint entry,
                                        const std::string& interpreter,
                                        const agent_protocol::Image& image) {
  const std::string text = code.read("requirements.txt");
  PackagePlan plan{.key = {},
                   .interpreter = interpreter,
                   .image = image.registry ? image.reference : "",
                   .baked = {},
                   .package = entry == EntryPoint::kPackage,
                   .requirements = has_requirements(text)};
  if (!plan.package && !plan.requirements) return std::nullopt;
  Hasher hasher(HashKind::kSha256);
  hasher.update(image.registry ? "2\n" + image.registry->digest + " " + interpreter + "\n"
                               : "1\n" + state_of(interpreter) + machines_packages());
  if (plan.package || names_files(text)) {
    code.add_to(hasher);
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
  script += fmt::format("\"$0\" -c '{}' {}\n", kShowOuterPackages, kEnvironmentFolder);
  // The environment sees the pip beneath it, and installs into itself; `pip --python` is younger
  // than many images.
  script += fmt::format(
      "exec {} -m pip install --no-input --disable-pip-version-check "
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
        "{} is not installed for {} {}, and no package index that has it was reached. {}, or put "
        "its wheel beside requirements.txt and the line --find-links . into it, or start the "
        "server with PIP_INDEX_URL or PIP_FIND_LINKS",
        wanted, plan.interpreter, where_of(plan),
        plan.image.empty() ? "Install it on the machine" : "Build it into the image");
  }
  if (std::ranges::any_of(lines, [](const auto& line) {
        return line.find("No module named pip") != std::string::npos ||
               line.find("No module named venv") != std::string::npos;
      })) {
    message = plan.image.empty()
                  ? fmt::format("{} has no pip or venv: install python3-pip and python3-venv",
                                plan.interpreter)
                  : fmt::format(
                        "{} {} has no pip or venv, which requirements.txt needs: build pip "
                        "into the image, or the packages themselves",
                        plan.interpreter, where_of(plan));
  }
  if (message.empty()) message = fmt::format("{}", fmt::join(lines, "\n"));
  if (message.size() > 600) message = "…" + message.substr(message.size() - 600);
  return fmt::format("{}:\nExitCode {}\nErrorMessage \"{}\"\nCommand \"{} -m pip install {}{}\"",
                     plan.package ? "InstallModuleError" : "InstallRequirementsError", exit_code,
                     message, plan.interpreter, plan.package ? ". " : "",
                     plan.requirements ? "-r requirements.txt" : "");
}

}  // namespace sagebrush::agent
