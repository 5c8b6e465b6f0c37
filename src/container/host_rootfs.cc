#include "container/host_rootfs.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "base/error.h"
#include "container/ml_mounts.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

constexpr const char* kShownExactly[] = {"alternatives",
                                         "bash.bashrc",
                                         "ca-certificates",
                                         "ca-certificates.conf",
                                         "debian_version",
                                         "environment",
                                         "fonts",
                                         "gai.conf",
                                         "glvnd",
                                         "host.conf",
                                         "inputrc",
                                         "issue",
                                         "ld.so.cache",
                                         "ld.so.conf",
                                         "ld.so.conf.d",
                                         "locale.alias",
                                         "locale.conf",
                                         "locale.gen",
                                         "localtime",
                                         "login.defs",
                                         "lsb-release",
                                         "magic",
                                         "magic.mime",
                                         "matplotlibrc",
                                         "mime.types",
                                         "netconfig",
                                         "nsswitch.conf",
                                         "OpenCL",
                                         "openmpi",
                                         "os-release",
                                         "papersize",
                                         "perl",
                                         "pki",
                                         "profile",
                                         "protocols",
                                         "R",
                                         "redhat-release",
                                         "rpc",
                                         "services",
                                         "shells",
                                         "terminfo",
                                         "timezone",
                                         "vulkan",
                                         "xattr.conf"};
constexpr const char* kShownByStart[] = {"python3", "java-", "ImageMagick-"};

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

class Builder {
 public:
  Builder(const HostRootfs& options, const Workplace& workplace)
      : options_(options), place_(workplace), root_(workplace.rootfs()) {}

  std::vector<Mount> build() {
    make_folders();
    show_system_folders();
    show_etc();
    show_opt();
    add_ml_mounts(place_, options_.channels, mounts_);
    return std::move(mounts_);
  }

 private:
  void make_folders() {
    for (const char* folder : {"proc", "sys", "dev", "run", "tmp", "var/tmp", "var/lib", "var/log",
                               "var/cache", "root", "home", "srv", "mnt", "etc/ssl", "opt/ml"}) {
      fs::create_directories(root_ / folder);
    }
    for (const char* open : {"tmp", "var/tmp"}) ::chmod((root_ / open).c_str(), 01777);
    ::chmod((root_ / "root").c_str(), 0700);
    fs::create_symlink("../run", root_ / "var/run");
  }

  // bin, lib, … are links into usr on a merged system and folders elsewhere.
  void show_system_folders() {
    for (const char* name : {"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"}) {
      const fs::path source = options_.system / name;
      std::error_code failed;
      if (fs::is_symlink(source, failed)) {
        fs::copy_symlink(source, root_ / name);
      } else if (fs::is_directory(source, failed)) {
        overlay(source, name);
      }
    }
  }

  void show_etc() {
    const fs::path etc = options_.system / "etc";
    for (const auto& entry : fs::directory_iterator(etc)) {
      const std::string name = entry.path().filename();
      if (etc_is_shown(name)) show(entry, fs::path("etc") / name);
    }
    for (const char* name : {"certs", "openssl.cnf"}) {
      const fs::directory_entry entry(etc / "ssl" / name);
      if (entry.exists()) show(entry, fs::path("etc/ssl") / name);
    }
    write(root_ / "etc/passwd",
          "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:"
          "/usr/sbin/nologin\n");
    write(root_ / "etc/group", "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n");
    write(root_ / "etc/hostname", options_.hostname + "\n");
    write(root_ / "etc/hosts", options_.hosts_file);
    write(root_ / "etc/resolv.conf", "");
    fs::create_symlink("/proc/mounts", root_ / "etc/mtab");
  }

  // Folders of /opt that everybody on the machine may read; what is closed to others stays closed
  // to jobs.
  void show_opt() {
    std::error_code failed;
    for (fs::directory_iterator it(options_.system / "opt", failed), end; !failed && it != end;
         it.increment(failed)) {
      const std::string name = it->path().filename();
      if (name == "ml" || name == "sagebrush" || !it->is_directory(failed)) continue;
      if (it->is_symlink(failed) || holds_workplace(it->path())) continue;
      constexpr auto kOpen = fs::perms::others_read | fs::perms::others_exec;
      if ((it->status().permissions() & kOpen) != kOpen) continue;
      overlay(it->path(), fs::path("opt") / name);
    }
    if (options_.builtin_programs.empty()) return;
    const fs::path target = root_ / "opt/sagebrush/bin";
    fs::create_directories(target);
    mounts_.push_back(Mount::bind_read_only(options_.builtin_programs, target));
  }

  void show(const fs::directory_entry& entry, const fs::path& relative) {
    std::error_code failed;
    if (entry.is_symlink(failed)) {
      fs::copy_symlink(entry.path(), root_ / relative);
    } else if (entry.is_directory(failed)) {
      // An overlay costs a millisecond, and a machine has a dozen of these folders.
      fs::create_directories(root_ / relative);
      mounts_.push_back(Mount::bind_read_only(entry.path(), root_ / relative));
    } else if (entry.is_regular_file(failed)) {
      fs::copy_file(entry.path(), root_ / relative);
    }
  }

  void overlay(const fs::path& source, const fs::path& relative) {
    if (holds_workplace(source)) {
      throw Error(ErrorKind::kUnsupported,
                  "the data folder must not lie in " + source.string() + ", which jobs can see");
    }
    fs::create_directories(root_ / relative);
    mounts_.push_back(overlay_mount(place_, mounts_.size(), source, root_ / relative));
  }

  bool holds_workplace(const fs::path& folder) const {
    const fs::path inside = fs::weakly_canonical(place_.root);
    const fs::path outside = fs::weakly_canonical(folder);
    return std::mismatch(outside.begin(), outside.end(), inside.begin(), inside.end()).first ==
           outside.end();
  }

  const HostRootfs& options_;
  const Workplace& place_;
  fs::path root_;
  std::vector<Mount> mounts_;
};

}  // namespace

bool etc_is_shown(const std::string& name) {
  return std::ranges::find(kShownExactly, name) != std::end(kShownExactly) ||
         std::ranges::any_of(kShownByStart,
                             [&](const char* start) { return name.starts_with(start); });
}

fs::path make_mount_point(const Workplace& workplace, const fs::path& relative) {
  constexpr const char* kEmpty[] = {"home", "mnt", "root", "srv", "tmp"};
  const std::string top = relative.empty() ? "" : relative.begin()->string();
  const bool ours = std::ranges::find(kEmpty, top) != std::end(kEmpty);
  if (top.empty() || top == ".." ||
      (!ours && fs::exists(fs::symlink_status(workplace.rootfs() / top)))) {
    throw Error(
        ErrorKind::kInvalid,
        "/" + relative.string() + " can't be used, as the system has /" + top +
            ": choose a folder below /opt/ml, /home, /mnt, /root, /srv or /tmp, or one that "
            "starts with a name that / does not have yet");
  }
  fs::create_directories(workplace.rootfs() / relative);
  return workplace.rootfs() / relative;
}

std::vector<Mount> build_host_rootfs(const HostRootfs& options, const Workplace& workplace) {
  fs::create_directories(workplace.rootfs());
  fs::create_directories(workplace.ml());
  return Builder(options, workplace).build();
}

}  // namespace sagebrush::container
