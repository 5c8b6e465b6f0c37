#include "agent/code_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "container/beneath.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestFile = 16 << 20;

}  // namespace

std::vector<std::string> LocalCode::names() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename();
    std::error_code nowhere;  // a link may lead to itself
    names.push_back(entry.is_directory(nowhere) ? name + "/" : name);
  }
  std::ranges::sort(names);
  return names;
}

bool LocalCode::has(const fs::path& file) const {
  fs::path at = folder_;
  for (const auto& name : file) {
    at /= name;
    std::error_code failed;
    const fs::file_status status = fs::symlink_status(at, failed);
    if (fs::is_symlink(status)) return true;
    if (!fs::exists(status)) return false;
  }
  return true;
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

void make_executable(const fs::path& folder, const fs::path& file) {
  const File program = container::open_beneath(folder, file.lexically_normal(), O_RDONLY);
  struct stat status{};
  if (!program || ::fstat(program.fd(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  if (::fchmod(program.fd(), 0777) != 0) throw_errno("make " + file.string() + " executable");
}

}  // namespace sagebrush::agent
