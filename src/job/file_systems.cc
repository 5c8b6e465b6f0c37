#include "job/file_systems.h"

#include "base/error.h"
#include "base/text.h"

namespace sagebrush::job {

std::string path_in_file_system(const FileSystem& system, std::string_view type,
                                const std::string& directory) {
  if (!directory.starts_with('/') || directory.find('\0') != std::string::npos) {
    throw Error(ErrorKind::kInvalid, "DirectoryPath '" + directory + "' must begin with '/'");
  }
  std::string path;
  bool first = true;
  for (const std::string_view part : split(directory, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      throw Error(ErrorKind::kInvalid,
                  "DirectoryPath '" + directory + "' must not have a '..' in it");
    }
    if (first && type == "FSxLustre" && !system.mount_name.empty()) {
      if (part != system.mount_name) break;
      first = false;
      continue;
    }
    path += (path.empty() ? "" : "/") + std::string(part);
    first = false;
  }
  if (first && type == "FSxLustre" && !system.mount_name.empty()) {
    throw Error(ErrorKind::kInvalid, "DirectoryPath '" + directory +
                                         "' must begin with the file system's mount name, '/" +
                                         system.mount_name + "'");
  }
  return path;
}

}  // namespace sagebrush::job
