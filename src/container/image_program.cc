#include "container/image_program.h"

#include "base/text.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

bool is_program(const LayerStack& layers, const fs::path& path) {
  const auto found = layers.resolve(path);
  return found && S_ISREG(found->status.st_mode) && (found->status.st_mode & 0111) != 0;
}

}  // namespace

std::optional<std::string> find_program(const LayerStack& layers, std::string_view path,
                                        const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return is_program(layers, name) ? std::optional(name) : std::nullopt;
  }
  for (const auto folder : split(path, ':')) {
    if (!folder.starts_with('/')) continue;
    const fs::path candidate = fs::path(folder) / name;
    if (is_program(layers, candidate)) return candidate;
  }
  return std::nullopt;
}

std::string path_of(const std::vector<std::string>& environment) {
  for (const auto& variable : environment) {
    if (variable.starts_with("PATH=")) return variable.substr(5);
  }
  return "";
}

}  // namespace sagebrush::container
