#pragma once

#include <filesystem>

#include "cli/demo_data.h"

namespace sagebrush::cli {

// The 1,797 handwritten digits inside Debian's python3-sklearn, as IDX files in `folder`: taken
// from the installed package, else from one that apt-get downloads and dpkg unpacks for this
// purpose without installing it. Throws Error that says which step failed.
DemoData debian_digits(const std::filesystem::path& folder, Terminal& terminal);

}  // namespace sagebrush::cli
