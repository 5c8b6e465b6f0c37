#include "agent/code_folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestFile = 16 << 20;

}  // namespace

std::vector<std::string> LocalCode::names() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename();
    names.push_back(entry.is_directory() ? name + "/" : name);
  }
  std::ranges::sort(names);
  return names;
}

bool LocalCode::has(const fs::path& file) const {
  return fs::exists(fs::symlink_status(folder_ / file));
}

std::string LocalCode::read(const std::string& name) const {
  const fs::path file = folder_ / name;
  return fs::is_regular_file(fs::symlink_status(file)) ? read_file(file) : "";
}

void LocalCode::add_to(Hasher& hasher) const {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    if (fs::is_regular_file(entry.symlink_status())) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    const std::string content = read_file(file);
    hasher.update(
        fmt::format("{} {}\n", file.lexically_relative(folder_).string(), content.size()));
    hasher.update(content);
  }
}

bool BakedCode::has(const fs::path& file) const {
  return layers_.find((folder_ / file).lexically_normal()).has_value();
}

std::string BakedCode::read(const std::string& name) const {
  return layers_.read(folder_ / name, kLongestFile);
}

}  // namespace sagebrush::agent
