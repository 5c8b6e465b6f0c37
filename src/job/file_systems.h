#pragma once

#include <map>
#include <string>
#include <string_view>

namespace sagebrush::job {

// A shared file system (EFS, FSx for Lustre) as this machine has it.
struct FileSystem {
  std::string path;        // the folder that stands for it
  std::string mount_name;  // FSx for Lustre: the first part of every DirectoryPath; "" for none
};
using FileSystems = std::map<std::string, FileSystem>;  // by id: "fs-0123"

// A FileSystemDataSource's DirectoryPath as a path below the file system's folder, "" for the
// folder itself. type: "EFS" or "FSxLustre". Throws Error{kInvalid} that shows the path when it is
// not absolute, leads out, or lacks the mount name.
std::string path_in_file_system(const FileSystem& system, std::string_view type,
                                const std::string& directory);

}  // namespace sagebrush::job
