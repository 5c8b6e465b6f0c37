#include "container/image_rootfs.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/error.h"
#include "container/host_network.h"
#include "container/ml_mounts.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

class Builder {
 public:
  Builder(const ImageRootfs& options, const LayerStack& layers, const Workplace& workplace)
      : options_(options),
        layers_(layers),
        place_(workplace),
        upper_(workplace.layers() / "image" / "upper") {}

  std::vector<Mount> build() {
    fs::create_directories(upper_);
    fs::create_directories(upper_.parent_path() / "work");
    fs::create_directories(place_.rootfs());
    if (const auto root = layers_.find("")) keep_owner(upper_, root->status);
    overlay();
    write_names();
    if (!layers_.find("tmp")) ::chmod(folder("tmp").c_str(), 01777);
    make_directory();
    make_executable();
    show_ml();
    for (const auto& shown : options_.folders) {
      if (shown.target.empty()) {
        throw Error(ErrorKind::kInvalid, "/ itself can't be used as a folder");
      }
      folder(shown.target);
      const fs::path target = place_.rootfs() / shown.target;
      mounts_.push_back(shown.read_only ? Mount::bind_read_only(shown.source, target)
                                        : Mount::bind(shown.source, target));
    }
    return std::move(mounts_);
  }

 private:
  void overlay() {
    Mount mount;
    mount.kind = Mount::Kind::kLayers;
    mount.target = place_.rootfs();
    mount.upper = upper_;
    mount.work = upper_.parent_path() / "work";
    mount.source = layers_.roots().at(0);
    mount.lower.assign(layers_.roots().begin() + 1, layers_.roots().end());
    mounts_.push_back(std::move(mount));
  }

  // Files of the upper folder and not mounts: a link of the image can't lead them elsewhere, and
  // each mount would cost its time.
  void write_names() {
    const fs::path etc = folder("etc");
    std::ofstream(etc / "hostname") << options_.hostname << "\n";
    std::ofstream(etc / "hosts") << (options_.hosts_file.empty() ? hosts_file({options_.hostname})
                                                                 : options_.hosts_file);
    std::ofstream(etc / "resolv.conf") << "";
    for (const auto& [path, content] : options_.files) {
      std::ofstream(folder(path.parent_path()) / path.filename()) << content;
    }
  }

  // What an overlay does at the first write.
  void make_executable() {
    const auto found = layers_.find(options_.program);
    if (options_.program.empty() || !found || !S_ISREG(found->status.st_mode)) return;
    const fs::path copy = folder(options_.program.parent_path()) / options_.program.filename();
    fs::copy_file(found->path, copy, fs::copy_options::overwrite_existing);
    keep_owner(copy, found->status);
    fs::permissions(copy, fs::perms::all);
  }

  void make_directory() {
    fs::path path;
    for (const auto& part : options_.directory.relative_path()) {
      path /= part;
      const auto found = layers_.find(path);
      if (found && S_ISDIR(found->status.st_mode)) continue;
      if (!found) folder(options_.directory.relative_path());
      return;  // a link may well lead to it
    }
  }

  void show_ml() {
    folder("opt/ml");
    // Held elsewhere while /opt/ml goes over it.
    const auto code = layers_.find(options_.code);
    const bool baked = code && S_ISDIR(code->status.st_mode) && is_empty(place_.ml() / "code");
    const fs::path aside = place_.root / "code-of-image";
    if (baked) {
      fs::create_directories(aside);
      mounts_.push_back(Mount::bind(place_.rootfs() / options_.code, aside));
    }
    add_ml_mounts(place_, options_.channels, mounts_);
    if (baked) {
      fs::create_directories(place_.ml() / "code");
      mounts_.push_back(Mount::bind(aside, place_.rootfs() / "opt/ml/code"));
    }
  }

  static bool is_empty(const fs::path& path) {
    std::error_code absent;
    return fs::is_empty(path, absent) || absent;
  }

  // Makes a folder in the upper folder, looking as the image has it: what is mounted on it can't be
  // led elsewhere by a link of the image.
  fs::path folder(const fs::path& relative) {
    fs::path path;
    for (const auto& part : relative) {
      if (part == "." || part == "..") {
        throw Error(ErrorKind::kInvalid, "/" + relative.string() + " is no path of a folder");
      }
      path /= part;
      const auto found = layers_.find(path);
      if (found && !S_ISDIR(found->status.st_mode)) {
        throw Error(ErrorKind::kInvalid,
                    "the image has /" + path.string() + " as a file or link; it must be a folder");
      }
      if (::mkdir((upper_ / path).c_str(), 0755) != 0) {
        if (errno == EEXIST) continue;
        throw_errno("make folder " + (upper_ / path).string());
      }
      if (found) keep_owner(upper_ / path, found->status);
    }
    return upper_ / path;
  }

  static void keep_owner(const fs::path& path, const struct stat& status) {
    // Only root may give files away, and elsewhere all belong to the agent's user.
    if (::geteuid() == 0 && ::chown(path.c_str(), status.st_uid, status.st_gid) != 0) {
      throw_errno("chown " + path.string());
    }
    if (::chmod(path.c_str(), status.st_mode & 07777) != 0) throw_errno("chmod " + path.string());
  }

  const ImageRootfs& options_;
  const LayerStack& layers_;
  const Workplace& place_;
  fs::path upper_;
  std::vector<Mount> mounts_;
};

}  // namespace

std::vector<Mount> build_image_rootfs(const ImageRootfs& options, const LayerStack& layers,
                                      const Workplace& workplace) {
  return Builder(options, layers, workplace).build();
}

}  // namespace sagebrush::container
