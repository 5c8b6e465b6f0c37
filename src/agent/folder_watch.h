#pragma once

#include <filesystem>

#include "base/file.h"

namespace sagebrush::agent {

// Tells when a file in one folder is written, made or renamed into place; where the system has no
// watch left to give, each wait is a short one.
class FolderWatch {
 public:
  explicit FolderWatch(const std::filesystem::path& folder);
  // Returns at the next change since the last wait, when `other` is readable (-1: none), or after
  // `timeout_ms`.
  void wait(int other, int timeout_ms);

 private:
  File inotify_;  // empty: none was left
};

}  // namespace sagebrush::agent
