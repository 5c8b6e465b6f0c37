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

// Of a path of the container, where it is among the channels; "" where it is elsewhere.
fs::path in_channels(const fs::path& source) {
  const fs::path inside = source.lexically_relative("/opt/ml/input/data");
  return inside.empty() || *inside.begin() == ".." || inside == "." ? fs::path() : inside;
}

bool is_folder(const container::LayerStack& layers, const fs::path& folder) {
  const auto found = layers.find(folder);
  return found && S_ISDIR(found->status.st_mode);
}

void check_program(const ScriptJob& job, const CodeFolder& code) {
  const fs::path program = fs::path(job.program).lexically_normal();
  if (program.is_absolute() || program.begin()->string() == "..") {
    throw Error(ErrorKind::kInvalid, fmt::format("sagemaker_program \"{}\" must be a path below "
                                                 "the source folder",
                                                 job.program));
  }
  if (code.has(program)) return;
  auto names = code.names();
  if (names.empty()) {
    throw Error(
        ErrorKind::kInvalid,
        fmt::format("sagemaker_program \"{}\": there is no source; name its sourcedir.tar.gz "
                    "by the hyperparameter sagemaker_submit_directory, or put it into {} of an "
                    "image",
                    job.program, kCodeFolder));
  }
  const bool more = names.size() > kNamesShown;
  if (more) names.resize(kNamesShown);
  throw Error(ErrorKind::kInvalid,
              fmt::format("sagemaker_program \"{}\" is not in the source, which has {}{}",
                          job.program, fmt::join(names, ", "), more ? ", …" : ""));
}

}  // namespace

Source place_source(const ScriptJob& job, const container::Workplace& place,
                    const container::LayerStack* layers, ObjectCalls& objects) {
  const fs::path code = place.ml() / "code";
  std::string source = job.source;
  if (source.starts_with("file://")) source.erase(0, 7);
  const auto own = [&] { return Source{std::make_unique<LocalCode>(code), {}}; };
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
    return own();
  }
  // Without the slash that may be at its end.
  const fs::path path = (fs::path(source.empty() ? kCodeFolder : source) / "x").lexically_normal();
  const fs::path folder = path.parent_path();
  if (const fs::path inside = in_channels(folder); !inside.empty()) {
    const fs::path given = place.root / "channels" / inside;
    if (fs::is_directory(given)) {
      fs::copy(given, code, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    } else if (fs::is_regular_file(given)) {
      unpack(source, given, code);
    } else {
      refuse(source, "there is no such file or folder in the channel");
    }
    return own();
  }
  const fs::path inside = folder.relative_path();
  if (layers && folder.is_absolute() && !inside.empty() && is_folder(*layers, inside)) {
    return {std::make_unique<BakedCode>(*layers, inside), inside};
  }
  if (folder != kCodeFolder) {
    refuse(source, layers ? "it must be an s3:// address, or a folder in a channel or in the image"
                          : "it must be an s3:// address, or lie in /opt/ml/code or in a channel");
  }
  return own();
}

EntryPoint entry_in(const ScriptJob& job, const CodeFolder& code) {
  const EntryPoint entry = entry_point_of(job.program, code.names());
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
