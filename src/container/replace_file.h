#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"

namespace sagebrush::container {

// Puts a file in place whole or not at all as far as other processes can see, without waiting for
// the disk: for what means nothing after the machine itself went down, because the container is
// gone then.
inline void replace_file(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path temporary = path.string() + ".new";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) throw Error(ErrorKind::kIo, "write " + path.string() + " failed");
  std::filesystem::rename(temporary, path);
}

}  // namespace sagebrush::container
