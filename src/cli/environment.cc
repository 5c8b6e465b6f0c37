#include "cli/environment.h"

#include <cstdlib>

#include "base/error.h"

namespace sagebrush::cli {

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
}

std::filesystem::path user_data_directory(const Environment& environment) {
  if (auto data_home = environment("XDG_DATA_HOME")) {
    return std::filesystem::path(*data_home) / "sagebrush";
  }
  auto home = environment("HOME");
  if (!home) {
    throw Error(ErrorKind::kInvalid, "HOME is not set: name a data folder with --data-dir");
  }
  return std::filesystem::path(*home) / ".local/share/sagebrush";
}

}  // namespace sagebrush::cli
