#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "container/launch.h"
#include "container/layer_stack.h"

namespace sagebrush::container {

// A folder of this machine in a container.
struct ShownFolder {
  std::filesystem::path source;
  std::filesystem::path target;  // outside /opt/ml, from the root
  bool read_only = false;
};

struct ImageRootfs {
  std::string hostname;
  std::vector<std::string> channels;  // folders below workplace.root/"channels"
  std::filesystem::path directory;    // where the program starts; made when the image lacks it
  std::vector<ShownFolder> folders;
  std::string hosts_file = {};  // of /etc/hosts; "": names this host only
  // Small files of the job's own in the place of the image's: path from the root, content.
  std::vector<std::pair<std::filesystem::path, std::string>> files = {};
  std::filesystem::path code = "opt/ml/code";  // the image's folder that may be /opt/ml/code
  std::filesystem::path program = {};          // a file of the image that is made executable
};

// Builds the root of a container out of an image's layers: they below, the job's writes in the
// workplace; /opt/ml from the workplace, where the image's own /opt/ml is hidden but for its code
// when the job brings none; /etc/hosts, hostname and resolv.conf ours. Returns the mounts to make,
// in order. Throws Error{kInvalid} for a folder that the image has as something else.
std::vector<Mount> build_image_rootfs(const ImageRootfs& options, const LayerStack& layers,
                                      const Workplace& workplace);

}  // namespace sagebrush::container
