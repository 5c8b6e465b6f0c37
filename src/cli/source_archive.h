#pragma once

#include <filesystem>
#include <string>

namespace sagebrush::cli {

// The code of a job, as the SageMaker SDK sends it: a sourcedir.tar.gz.
struct SourceArchive {
  std::string program;  // sagemaker_program: the script's path in the archive
  std::string sha256;   // of the archive, in hex: the same code gives the same bytes
  std::uint64_t files = 0;
};

// Packs a folder, or with folder "" the script alone, into `archive`. Left out are version control,
// caches, virtual environments and what .sagebrushignore names (a shell pattern a line). Throws
// Error{kNotFound} when there is no such script or folder, Error{kInvalid} when the script is not
// in the folder.
SourceArchive pack_source(const std::filesystem::path& script, const std::filesystem::path& folder,
                          const std::filesystem::path& archive);

// The script's path within the folder: given relative to the folder, or as it is seen from here.
std::filesystem::path script_in(const std::filesystem::path& script,
                                const std::filesystem::path& folder);

}  // namespace sagebrush::cli
