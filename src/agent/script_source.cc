#include "agent/script_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "container/unpack_archive.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamesShown = 8;

// Names directly in the code folder, folders with a slash behind.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    names.push_back(entry.is_directory() ? name + "/" : name);
  }
  std::ranges::sort(names);
  return names;
}

[[noreturn]] void refuse(const std::string& source, const std::string& why) {
  throw Error(ErrorKind::kInvalid, fmt::format("sagemaker_submit_directory {}: {}", source, why));
}

void unpack(const std::string& source, const fs::path& archive, const fs::path& code) {
  try {
    container::unpack_archive(archive, code);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInvalid && error.kind() != ErrorKind::kLimitExceeded) throw;
    refuse(source, std::string("it must be a sourcedir.tar.gz: ") + error.what());
  }
}

// Where a path of the container is in the workplace; only channels can hold source.
fs::path staged(const std::string& source, const container::Workplace& place) {
  const fs::path inside =
      fs::path(source).lexically_normal().lexically_relative("/opt/ml/input/data");
  if (inside.empty() || *inside.begin() == ".." || inside == ".") {
    refuse(source, "it must be an s3:// address, or lie in /opt/ml/code or in a channel");
  }
  return place.root / "channels" / inside;
}

void check_program(const ScriptJob& job, const fs::path& code) {
  const fs::path program = fs::path(job.program).lexically_normal();
  if (program.is_absolute() || program.begin()->string() == "..") {
    throw Error(ErrorKind::kInvalid, fmt::format("sagemaker_program \"{}\" must be a path below "
                                                 "the source folder",
                                                 job.program));
  }
  if (fs::exists(fs::symlink_status(code / program))) return;
  auto names = names_in(code);
  if (names.empty()) {
    throw Error(
        ErrorKind::kInvalid,
        fmt::format("sagemaker_program \"{}\": there is no source; name its sourcedir.tar.gz "
                    "by the hyperparameter sagemaker_submit_directory",
                    job.program));
  }
  const bool more = names.size() > kNamesShown;
  if (more) names.resize(kNamesShown);
  throw Error(ErrorKind::kInvalid,
              fmt::format("sagemaker_program \"{}\" is not in the source, which has {}{}",
                          job.program, fmt::join(names, ", "), more ? ", …" : ""));
}

}  // namespace

EntryPoint place_source(const ScriptJob& job, const container::Workplace& place,
                        ObjectCalls& objects) {
  const fs::path code = place.ml() / "code";
  std::string source = job.source;
  if (source.starts_with("file://")) source.erase(0, 7);
  if (source.starts_with("s3://")) {
    const ObjectName name = parse_s3_uri(source);
    const fs::path archive = place.root / "sourcedir.tar.gz";
    try {
      objects.get_file(name, archive);
    } catch (const Error& error) {
      throw Error(error.kind(), std::string("sagemaker_submit_directory: ") + error.what());
    }
    unpack(source, archive, code);
    fs::remove(archive);
  } else if (!source.empty() && fs::path(source).lexically_normal() != kCodeFolder &&
             source != std::string(kCodeFolder) + "/") {
    const fs::path given = staged(source, place);
    if (fs::is_directory(given)) {
      fs::copy(given, code, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    } else if (fs::is_regular_file(given)) {
      unpack(source, given, code);
    } else {
      refuse(source, "there is no such file or folder in the channel");
    }
  }
  const EntryPoint entry = entry_in(job, code);
  if (entry == EntryPoint::kCommand &&
      fs::is_regular_file(fs::symlink_status(code / job.program))) {
    fs::permissions(code / job.program, fs::perms::all);
  }
  return entry;
}

EntryPoint entry_in(const ScriptJob& job, const fs::path& code) {
  const EntryPoint entry = entry_point_of(job.program, names_in(code));
  if (entry == EntryPoint::kScript || entry == EntryPoint::kCommand) check_program(job, code);
  return entry;
}

std::string find_interpreter(const std::string& wanted) {
  const std::string name = wanted.empty() ? "python3" : wanted;
  if (name.find('/') != std::string::npos) {
    if (fs::exists(name)) return name;
    throw Error(ErrorKind::kInvalid,
                fmt::format("the interpreter {} is not on this machine", name));
  }
  for (const char* folder : {"/usr/local/bin", "/usr/bin", "/bin"}) {
    if (fs::exists(fs::path(folder) / name)) return fs::path(folder) / name;
  }
  throw Error(ErrorKind::kInvalid,
              fmt::format("{} is not installed on this machine: the host image runs scripts with "
                          "the machine's own Python",
                          name));
}

}  // namespace sagebrush::agent
