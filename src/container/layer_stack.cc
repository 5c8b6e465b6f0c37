#include "container/layer_stack.h"

#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <algorithm>

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

std::string LayerStack::read(const fs::path& relative, std::size_t limit_bytes) const {
  const auto found = find(relative);
  if (!found || !S_ISREG(found->status.st_mode)) return "";
  return read_beneath(found->path.parent_path(), found->path.filename(), limit_bytes);
}

}  // namespace sagebrush::container
