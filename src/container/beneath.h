#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"

namespace sagebrush::container {

// Reading what a container wrote. It may put a link anywhere in its tree, at any moment, to make
// the agent read a file of the machine; so every path is resolved below a folder that the container
// can't replace, and no link is ever followed.

// Opens `relative` below `root`, without blocking on a FIFO. An empty File when it is absent, has a
// link on its way or leads out.
File open_beneath(const std::filesystem::path& root, const std::filesystem::path& relative,
                  int flags);
// The same below an open folder.
File open_beneath(const File& root, const std::filesystem::path& relative, int flags);

struct FolderEntry {
  std::string name;
  struct stat status{};
};
// What is in an open folder, sorted by name.
std::vector<FolderEntry> list_folder(const File& folder);

// At most `limit_bytes` of a regular file; "" when there is none.
std::string read_beneath(const std::filesystem::path& root, const std::filesystem::path& relative,
                         std::size_t limit_bytes);

// True when there is nothing in that folder, or no such folder.
bool is_empty_beneath(const std::filesystem::path& root, const std::filesystem::path& relative);

}  // namespace sagebrush::container
