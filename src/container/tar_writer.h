#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace sagebrush::container {

struct ArchiveSize {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;  // of the archive
};

// Packs what is in the folder `relative` below `root` into a gzipped tar: files, folders and
// symbolic links that stay inside, in the order of their names, owned by root. Other things
// (sockets, devices, links that lead out) are left out. The same content gives the same bytes.
// `relative` is the container's: no link is followed (beneath.h). Throws Error{kIo,
// kLimitExceeded}.
ArchiveSize pack_folder(const std::filesystem::path& root, const std::filesystem::path& relative,
                        const std::filesystem::path& archive);
// The same of several roots in one archive, each name once: the first root that has it wins.
ArchiveSize pack_folders(const std::vector<std::filesystem::path>& roots,
                         const std::filesystem::path& relative,
                         const std::filesystem::path& archive);

// True when a symbolic link at `link` (relative to the root of a tree) with that target stays in
// the tree, by its text alone.
bool link_stays_inside(const std::filesystem::path& link, const std::filesystem::path& target);

}  // namespace sagebrush::container
