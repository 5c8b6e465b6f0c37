#include "container/ml_mounts.h"

#include <sys/stat.h>

namespace sagebrush::container {

namespace fs = std::filesystem;

Mount overlay_mount(const Workplace& workplace, std::size_t number, const fs::path& source,
                    const fs::path& target) {
  const fs::path layer = workplace.layers() / std::to_string(number);
  fs::create_directories(layer / "upper");
  fs::create_directories(layer / "work");
  // The upper folder's owner and mode are what the mount's root shows.
  struct stat status{};
  if (::stat(source.c_str(), &status) == 0) {
    ::chmod((layer / "upper").c_str(), status.st_mode & 07777);
  }
  Mount mount;
  mount.kind = Mount::Kind::kOverlay;
  mount.source = source;
  mount.target = target;
  mount.upper = layer / "upper";
  mount.work = layer / "work";
  return mount;
}

void add_ml_mounts(const Workplace& workplace, const std::vector<std::string>& channels,
                   std::vector<Mount>& mounts) {
  const fs::path inside = workplace.rootfs() / "opt/ml";
  mounts.push_back(Mount::bind(workplace.ml(), inside));
  for (const auto& channel : channels) {
    fs::create_directories(workplace.ml() / "input/data" / channel);
    mounts.push_back(overlay_mount(workplace, mounts.size(), workplace.root / "channels" / channel,
                                   inside / "input/data" / channel));
  }
}

}  // namespace sagebrush::container
