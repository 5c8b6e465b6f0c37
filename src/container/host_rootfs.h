#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "container/launch.h"

namespace sagebrush::container {

struct HostRootfs {
  std::string hostname;
  std::string hosts_file;              // of /etc/hosts
  std::filesystem::path system = "/";  // whose /usr, /etc and /opt are shown; tests give another
  std::filesystem::path
      builtin_programs;  // shown read-only at /opt/sagebrush/bin; empty: not shown
  std::vector<std::string>
      channels;  // folders below workplace.root/"channels", shown copy-on-write
};

// Builds the root of a container that runs on this machine's own system: links as on the machine,
// /usr and parts of /etc and /opt copy-on-write, /opt/ml from the workplace; nothing of /home,
// /root, /var, credentials or other jobs. Makes the folders and small files in workplace.rootfs()
// and returns the mounts that complete it, in order. Throws Error{kUnsupported} when the workplace
// lies in a folder that would be shown.
std::vector<Mount> build_host_rootfs(const HostRootfs& options, const Workplace& workplace);

// Makes a folder for one more mount of the job's choice, relative to the root. Throws
// Error{kInvalid} when it would lie on a part of the system or on a path that a link could lead out
// of the rootfs.
std::filesystem::path make_mount_point(const Workplace& workplace,
                                       const std::filesystem::path& relative);

// True for a name directly in /etc that jobs may see: an allow-list, so that what an administrator
// adds stays private.
bool etc_is_shown(const std::string& name);

}  // namespace sagebrush::container
