#include "container/layer_stack.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <algorithm>
#include <deque>
#include <set>

#include "container/beneath.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

bool is_opaque(const fs::path& folder) {
  for (const char* name : {"trusted.overlay.opaque", "user.overlay.opaque"}) {
    char value = 0;
    if (::lgetxattr(folder.c_str(), name, &value, 1) == 1 && value == 'y') return true;
  }
  return false;
}

}  // namespace

LayerStack::LayerStack(std::vector<fs::path> roots) : roots_(std::move(roots)) {
  // An image may name a layer twice and overlayfs takes it once: the upper one hides the lower.
  std::vector<fs::path> once;
  for (auto& root : roots_) {
    if (std::ranges::find(once, root) == once.end()) once.push_back(root);
    if (is_opaque(root)) break;  // overlayfs does not look at that of a root
  }
  roots_ = std::move(once);
}

std::optional<LayerStack::Found> LayerStack::find(const fs::path& relative) const {
  for (const auto& root : roots_) {
    Found at{root, {}};
    bool opaque = false;
    bool here = true;
    if (relative.empty() && ::lstat(root.c_str(), &at.status) == 0) return at;
    for (auto part = relative.begin(); here && part != relative.end(); ++part) {
      if (part != relative.begin()) {
        if (!S_ISDIR(at.status.st_mode)) return std::nullopt;
        opaque = opaque || is_opaque(at.path);
      }
      at.path /= *part;
      here = ::lstat(at.path.c_str(), &at.status) == 0;
      if (here && S_ISCHR(at.status.st_mode) && at.status.st_rdev == makedev(0, 0)) {
        return std::nullopt;
      }
    }
    if (here) return at;
    if (opaque) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<LayerStack::Found> LayerStack::resolve(const fs::path& path) const {
  constexpr int kMostLinks = 40;  // as the kernel has it
  std::deque<fs::path> todo;
  const fs::path relative = path.relative_path();
  for (const auto& part : relative) todo.push_back(part);
  fs::path at;
  std::optional<Found> found = find(at);
  for (int links = 0; found && !todo.empty();) {
    const fs::path part = todo.front();
    todo.pop_front();
    if (part.empty() || part == ".") continue;
    at = part == ".." ? at.parent_path() : at / part;
    found = find(at);
    if (!found || !S_ISLNK(found->status.st_mode)) continue;
    if (++links > kMostLinks) return std::nullopt;
    std::error_code failed;
    const fs::path target = fs::read_symlink(found->path, failed);
    if (failed) return std::nullopt;
    const fs::path inside = target.relative_path();
    const std::vector<fs::path> parts(inside.begin(), inside.end());
    todo.insert(todo.begin(), parts.begin(), parts.end());
    at = target.is_absolute() ? fs::path() : at.parent_path();
    found = find(at);
  }
  return found;
}

std::vector<std::string> LayerStack::names(const fs::path& folder) const {
  std::set<std::string> seen;
  for (const auto& root : roots_) {
    // What a layer has there may be hidden by one above it: find() has the last word.
    if (const File open = open_beneath(root, folder, O_RDONLY | O_DIRECTORY)) {
      for (const auto& entry : list_folder(open)) seen.insert(entry.name);
    }
  }
  std::vector<std::string> out;
  for (const auto& name : seen) {
    if (const auto found = find(folder / name)) {
      out.push_back(S_ISDIR(found->status.st_mode) ? name + "/" : name);
    }
  }
  return out;
}

std::string LayerStack::read(const fs::path& relative, std::size_t limit_bytes) const {
  const auto found = find(relative);
  if (!found || !S_ISREG(found->status.st_mode)) return "";
  return read_beneath(found->path.parent_path(), found->path.filename(), limit_bytes);
}

}  // namespace sagebrush::container
