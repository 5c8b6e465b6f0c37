#include "container/layer_tree.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/text.h"
#include "container/beneath.h"

namespace sagebrush::container {
namespace {

constexpr std::size_t kLongestPart = 255;
constexpr unsigned kOwnersRights = 0700;  // until finish(): an ordinary user must get in

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw Error(ErrorKind::kInvalid, "\"" + name + "\" " + why);
}

bool is_whiteout(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0);
}

std::string base_of(const std::string& name) {
  return name.substr(name.rfind('/') + 1);  // npos + 1 is 0
}

std::string folder_of(const std::string& name) {
  const auto slash = name.rfind('/');
  return slash == std::string::npos ? "" : name.substr(0, slash);
}

// Attributes by which overlayfs or the system would be told something stay out.
bool may_set(const std::string& attribute, bool privileged) {
  if (attribute.starts_with("user.")) return !attribute.starts_with("user.overlay.");
  return privileged && attribute == "security.capability";
}

std::array<timespec, 2> times(const EntryAttributes& attributes) {
  return {attributes.modified, attributes.modified};
}

}  // namespace

std::string layer_path(std::string_view name, const LayerLimits& limits) {
  if (name.size() > limits.name_bytes) {
    throw Error(ErrorKind::kInvalid, "a name of " + std::to_string(name.size()) +
                                         " bytes; at most " + std::to_string(limits.name_bytes) +
                                         " are taken");
  }
  const std::string shown(name);
  if (name.find('\0') != std::string_view::npos) refuse(shown, "has a NUL in it");
  std::string path;
  std::size_t depth = 0;
  for (const auto part : split(name, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") refuse(shown, "leads out of the image");
    if (part.size() > kLongestPart) refuse(shown, "has a part of more than 255 bytes");
    if (++depth > limits.depth) {
      throw Error(ErrorKind::kInvalid, "\"" + shown + "\" lies deeper than " +
                                           std::to_string(limits.depth) + " folders");
    }
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

LayerTree::LayerTree(const std::filesystem::path& root, const LayerLimits& limits, bool privileged)
    : path_(root),
      root_(File::open(root, O_RDONLY | O_DIRECTORY)),
      limits_(limits),
      privileged_(privileged),
      parent_(File::open(root, O_RDONLY | O_DIRECTORY)) {}

// The folder that `name` lies in, made where the layer has not named it. Valid until the next call.
const File& LayerTree::parent_of(const std::string& name) {
  std::string wanted = folder_of(name);
  if (wanted == parent_name_) return parent_;
  File found = open_beneath(root_, wanted, O_RDONLY | O_DIRECTORY);
  if (!found) {
    found = open_beneath(root_, "", O_RDONLY | O_DIRECTORY);
    std::string path;
    for (const auto part : split(wanted, '/')) {
      path += (path.empty() ? "" : "/") + std::string(part);
      File next = open_beneath(found, std::string(part), O_RDONLY | O_DIRECTORY);
      found = next ? std::move(next) : make_folder(found, path, std::string(part));
    }
  }
  parent_ = std::move(found);
  parent_name_ = std::move(wanted);
  return parent_;
}

// `part` in `parent`, which is no folder yet.
File LayerTree::make_folder(const File& parent, const std::string& path, const std::string& part) {
  struct stat there{};
  bool hides = false;
  if (::fstatat(parent.fd(), part.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISLNK(there.st_mode)) refuse(path, "is a link, and the layer has entries below it");
    if (!is_whiteout(there)) refuse(path, "is a file, and the layer has entries below it");
    hides = true;
    if (::unlinkat(parent.fd(), part.c_str(), 0) != 0) throw_errno("remove " + path);
  }
  if (::mkdirat(parent.fd(), part.c_str(), 0755) != 0) throw_errno("make folder " + path);
  File made = open_beneath(parent, part, O_RDONLY | O_DIRECTORY);
  if (!made) throw Error(ErrorKind::kIo, "the new folder " + path + " can't be opened");
  if (hides) mark_opaque(made);
  return made;
}

// Removes what an earlier entry has put at that name.
void LayerTree::make_way(const File& parent, const std::string& name) {
  const std::string part = base_of(name);
  if (::unlinkat(parent.fd(), part.c_str(), 0) == 0 || errno == ENOENT) return;
  if (errno != EISDIR) throw_errno("replace " + name);
  // Its parents are folders, as parent_of found them, and nobody else works here.
  remove_tree(path_ / name);
  const std::string below = name + "/";
  folders_.erase(name);
  folders_.erase(folders_.lower_bound(below), folders_.lower_bound(name + "0"));  // '/' + 1
  if (parent_name_ == name || parent_name_.starts_with(below)) {
    parent_name_.clear();
    parent_ = open_beneath(root_, "", O_RDONLY | O_DIRECTORY);
  }
}

void LayerTree::folder(const std::string& name, const EntryAttributes& attributes) {
  File folder;
  if (name.empty()) {
    folder = open_beneath(root_, "", O_RDONLY | O_DIRECTORY);
  } else {
    const File& parent = parent_of(name);
    const std::string part = base_of(name);
    folder = open_beneath(parent, part, O_RDONLY | O_DIRECTORY);
    if (!folder) {
      struct stat there{};
      if (::fstatat(parent.fd(), part.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
          !is_whiteout(there)) {
        make_way(parent, name);
      }
      folder = make_folder(parent_of(name), name, part);
    }
  }
  own(folder.fd(), "", attributes);
  if (::fchmod(folder.fd(), kOwnersRights) != 0) throw_errno("chmod " + name);
  set_extended(folder, attributes);
  folder_names_ += name.size();
  if (folder_names_ > limits_.folder_names) {
    throw Error(ErrorKind::kInvalid, "its folders have too long names");
  }
  EntryAttributes kept = attributes;
  kept.extended.clear();
  folders_[name] = std::move(kept);
}

File LayerTree::file(const std::string& name) {
  if (name.empty()) refuse("/", "is a file in this layer");
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const File& parent = parent_of(name);
  const std::string part = base_of(name);
  int fd = ::openat(parent.fd(), part.c_str(), kFlags, 0600);
  if (fd < 0 && errno == EEXIST) {
    make_way(parent, name);
    fd = ::openat(parent_of(name).fd(), part.c_str(), kFlags, 0600);
  }
  if (fd < 0) throw_errno("make " + name);
  return File(fd);
}

void LayerTree::close_file(File file, const EntryAttributes& attributes) const {
  own(file.fd(), "", attributes);
  if (::fchmod(file.fd(), attributes.mode & 07777) != 0) throw_errno("chmod");
  set_extended(file, attributes);  // after the owner, who changing takes capabilities away
  if (::futimens(file.fd(), times(attributes).data()) != 0) throw_errno("set time");
  file.close();
}

void LayerTree::symbolic_link(const std::string& name, const std::string& target,
                              const EntryAttributes& attributes) {
  if (name.empty()) refuse("/", "is a link in this layer");
  if (target.empty() || target.size() >= limits_.name_bytes) {
    refuse(name, "is a link with an empty or too long target");
  }
  const std::string part = base_of(name);
  make_way(parent_of(name), name);
  const File& parent = parent_of(name);
  if (::symlinkat(target.c_str(), parent.fd(), part.c_str()) != 0) throw_errno("link " + name);
  own(parent.fd(), part.c_str(), attributes);
  if (::utimensat(parent.fd(), part.c_str(), times(attributes).data(), AT_SYMLINK_NOFOLLOW) != 0) {
    throw_errno("set time of " + name);
  }
}

void LayerTree::hard_link(const std::string& name, const std::string& target) {
  if (name.empty()) refuse("/", "is a link in this layer");
  if (name == target) return;
  // A handle of its own: parent_of(name) may take the place of the other.
  const File from = open_beneath(root_, folder_of(target), O_RDONLY | O_DIRECTORY);
  struct stat status{};
  if (!from || ::fstatat(from.fd(), base_of(target).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      S_ISDIR(status.st_mode) || is_whiteout(status)) {
    refuse(name, "is a hard link to \"" + target + "\", which is no file of this layer");
  }
  make_way(parent_of(name), name);
  if (::linkat(from.fd(), base_of(target).c_str(), parent_of(name).fd(), base_of(name).c_str(),
               0) != 0) {
    if (errno == ENOENT) refuse(name, "is a hard link to a file that it replaces");
    throw_errno("link " + name);
  }
}

void LayerTree::fifo(const std::string& name, const EntryAttributes& attributes) {
  if (name.empty()) refuse("/", "is a FIFO in this layer");
  const std::string part = base_of(name);
  make_way(parent_of(name), name);
  const File& parent = parent_of(name);
  if (::mkfifoat(parent.fd(), part.c_str(), 0600) != 0) throw_errno("make FIFO " + name);
  own(parent.fd(), part.c_str(), attributes);
  if (::fchmodat(parent.fd(), part.c_str(), attributes.mode & 07777, 0) != 0) {
    throw_errno("chmod " + name);
  }
}

void LayerTree::whiteout(const std::string& name) {
  if (name.empty()) refuse("/", "can't be removed by a layer");
  const File& parent = parent_of(name);
  const std::string part = base_of(name);
  // What the layer itself has of that name stays, and hides what is below anyway.
  if (const File folder = open_beneath(parent, part, O_RDONLY | O_DIRECTORY)) {
    mark_opaque(folder);
    return;
  }
  struct stat there{};
  if (::fstatat(parent.fd(), part.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0) return;
  if (::mknodat(parent.fd(), part.c_str(), S_IFCHR, makedev(0, 0)) != 0) {
    throw_errno("make whiteout for " + name);
  }
}

void LayerTree::opaque(const std::string& folder) {
  mark_opaque(parent_of(folder + "/x"));
}

void LayerTree::mark_opaque(const File& folder) const {
  const char* name = privileged_ ? "trusted.overlay.opaque" : "user.overlay.opaque";
  if (::fsetxattr(folder.fd(), name, "y", 1, 0) != 0) throw_errno(std::string("set ") + name);
}

// name: "" means `folder` itself.
void LayerTree::own(int folder, const char* name, const EntryAttributes& attributes) const {
  if (!privileged_) return;
  if (::fchownat(folder, name, attributes.uid, attributes.gid,
                 AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) != 0) {
    throw_errno("change owner");
  }
}

void LayerTree::set_extended(const File& file, const EntryAttributes& attributes) const {
  for (const auto& [name, value] : attributes.extended) {
    if (!may_set(name, privileged_)) continue;
    if (::fsetxattr(file.fd(), name.c_str(), value.data(), value.size(), 0) == 0) continue;
    // Programs live without them; a malformed capability or one that may not be set here is no
    // reason to refuse an image.
    if (errno != ENOTSUP && errno != EPERM && errno != EINVAL && errno != ERANGE &&
        errno != E2BIG) {
      throw_errno("set attribute " + name);
    }
  }
}

void LayerTree::finish() {
  // Children first: a folder may keep its own owner out.
  for (auto it = folders_.rbegin(); it != folders_.rend(); ++it) {
    const auto& [name, attributes] = *it;
    const File folder = open_beneath(root_, name, O_RDONLY | O_DIRECTORY);
    if (!folder) continue;
    if (::futimens(folder.fd(), times(attributes).data()) != 0) throw_errno("set time of " + name);
    if (::fchmod(folder.fd(), attributes.mode & 07777) != 0) throw_errno("chmod " + name);
  }
}

}  // namespace sagebrush::container
