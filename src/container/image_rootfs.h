#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "container/launch.h"
#include "container/layer_stack.h"

namespace sagebrush::container {

struct ImageRootfs {
  std::string hostname;
  std::vector<std::string> channels;  // folders below workplace.root/"channels"
  std::filesystem::path directory;    // where the program starts; made when the image lacks it
  // Folders of the job's choice outside /opt/ml, by their path from the root: folders of this
  // machine are mounted there.
  std::vector<std::pair<std::filesystem::path, std::filesystem::path>> folders;
  std::string hosts_file = {};  // of /etc/hosts; "": names this host only
};

// Builds the root of a container out of an image's layers: they below, the job's writes in the
// workplace; /opt/ml from the workplace, where the image's own /opt/ml is hidden but for
// /opt/ml/code when the job brings no code; /etc/hosts, hostname and resolv.conf ours. Returns the
// mounts to make, in order. Throws Error{kInvalid} for a folder that the image has as something
// else.
std::vector<Mount> build_image_rootfs(const ImageRootfs& options, const LayerStack& layers,
                                      const Workplace& workplace);

}  // namespace sagebrush::container
