#pragma once

#include <filesystem>

#include "base/file.h"

namespace sagebrush::container {

enum class LockKind { kShared, kAlone };

// Opens a lock file, made when absent, and takes its lock; an empty File when others' locks stand
// against it, or when the file was removed meanwhile: ask again.
File try_lock(const std::filesystem::path& lock_file, LockKind kind);

// From kAlone to kShared, without a moment in between.
void share(const File& lock);

}  // namespace sagebrush::container
