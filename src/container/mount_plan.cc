#include "container/mount_plan.h"

#include <fcntl.h>
#include <sched.h>
#include <spdlog/spdlog.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "agent_protocol/json_reader.h"
#include "base/error.h"
#include "base/file.h"
#include "container/beneath.h"

namespace sagebrush::container {
namespace {

namespace json = boost::json;

const char* name_of(Mount::Kind kind) {
  switch (kind) {
    case Mount::Kind::kOverlay: return "overlay";
    case Mount::Kind::kLayers: return "layers";
    case Mount::Kind::kBind: return "bind";
    case Mount::Kind::kBindReadOnly: return "bind-ro";
  }
  return "bind";
}

Mount::Kind kind_from(const std::string& name) {
  using Kind = Mount::Kind;
  for (const auto kind : {Kind::kOverlay, Kind::kLayers, Kind::kBind, Kind::kBindReadOnly}) {
    if (name == name_of(kind)) return kind;
  }
  throw Error(ErrorKind::kInvalid,
              "member kind must be overlay, layers, bind or bind-ro, not " + name);
}

void bind(const Mount& mount, bool read_only) {
  File folder;
  std::string source = mount.source;
  if (!mount.source_root.empty()) {
    folder = open_beneath(mount.source_root, mount.source, O_RDONLY | O_DIRECTORY);
    if (!folder) {
      throw Error(ErrorKind::kNotFound,
                  (mount.source_root / mount.source).string() + " is not a folder");
    }
    source = "/proc/self/fd/" + std::to_string(folder.fd());
  }
  if (::mount(source.c_str(), mount.target.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    throw_errno("bind " + mount.source.string() + " to " + mount.target.string());
  }
  const unsigned long flags =
      MS_BIND | MS_REMOUNT | MS_NOSUID | MS_NODEV | (read_only ? MS_RDONLY : 0);
  if (::mount(nullptr, mount.target.c_str(), nullptr, flags, nullptr) != 0) {
    throw_errno("remount " + mount.target.string());
  }
}

// Named by descriptors: the option string has room for one page, and an image may have a hundred
// layers with long names, in which commas and colons would have to be escaped.
class OverlayOptions {
 public:
  OverlayOptions(const Mount& mount, bool rootless) {
    text_ = "lowerdir=" + name_of(mount.source);
    for (const auto& lower : mount.lower) text_ += ":" + name_of(lower);
    text_ += ",upperdir=" + name_of(mount.upper) + ",workdir=" + name_of(mount.work);
    if (rootless) text_ += ",userxattr";
  }
  const char* text() const { return text_.c_str(); }

 private:
  std::string name_of(const std::filesystem::path& folder) {
    held_.push_back(File::open(folder, O_PATH | O_DIRECTORY));
    return "/proc/self/fd/" + std::to_string(held_.back().fd());
  }
  std::vector<File> held_;
  std::string text_;
};

void overlay(const Mount& mount, bool rootless) {
  const OverlayOptions options(mount, rootless);
  if (::mount("overlay", mount.target.c_str(), "overlay", MS_NOSUID | MS_NODEV, options.text()) ==
      0) {
    return;
  }
  // The data folder lies on a file system that can't be an upper layer (an overlay itself, NFS).
  if (errno != EINVAL && errno != ENODEV && errno != EPERM) {
    throw_errno("overlay on " + mount.target.string());
  }
  if (mount.kind == Mount::Kind::kLayers) {
    throw Error(ErrorKind::kUnsupported,
                std::string("this machine refuses the overlay that an image needs (") +
                    std::strerror(errno) + "): keep the data folder on ext4, xfs, btrfs or tmpfs");
  }
  spdlog::warn("no overlay on {} ({}); it is read-only for this job", mount.target.string(),
               std::strerror(errno));
  bind(mount, true);
}

void write_proc(const char* path, const std::string& text) {
  File::open(path, O_WRONLY).write_all(text);
}

}  // namespace

json::array to_json(const std::vector<Mount>& mounts) {
  json::array out;
  for (const auto& mount : mounts) {
    json::array lower;
    for (const auto& folder : mount.lower) lower.emplace_back(folder.string());
    out.push_back(json::object{{"kind", name_of(mount.kind)},
                               {"source", mount.source.string()},
                               {"target", mount.target.string()},
                               {"upper", mount.upper.string()},
                               {"work", mount.work.string()},
                               {"lower", std::move(lower)},
                               {"source_root", mount.source_root.string()}});
  }
  return out;
}

std::vector<Mount> mounts_from_json(const json::array& array) {
  std::vector<Mount> out;
  for (const auto& value : array) {
    const agent_protocol::JsonReader in(agent_protocol::as_object(value, "a mount"));
    const auto lower = in.texts("lower");
    out.push_back({kind_from(in.text("kind")),
                   in.text("source"),
                   in.text("target"),
                   in.text("upper"),
                   in.text("work"),
                   {lower.begin(), lower.end()},
                   in.text_or("source_root", "")});
  }
  return out;
}

void enter_private_mounts(bool rootless) {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  if (::unshare(CLONE_NEWNS | (rootless ? CLONE_NEWUSER : 0)) != 0) {
    throw_errno("unshare mount namespace");
  }
  if (rootless) {
    write_proc("/proc/self/setgroups", "deny");
    write_proc("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
    write_proc("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
  }
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    throw_errno("make mounts private");
  }
}

void hide_unified_cgroup() {
  if (::umount2("/sys/fs/cgroup/unified", MNT_DETACH) != 0 && errno != EINVAL && errno != ENOENT) {
    throw_errno("hide /sys/fs/cgroup/unified");
  }
}

void apply(const std::vector<Mount>& mounts, bool rootless) {
  for (const auto& mount : mounts) {
    if (mount.kind == Mount::Kind::kOverlay || mount.kind == Mount::Kind::kLayers) {
      overlay(mount, rootless);
    } else {
      bind(mount, mount.kind == Mount::Kind::kBindReadOnly);
    }
  }
}

}  // namespace sagebrush::container
