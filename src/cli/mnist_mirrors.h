#pragma once

#include <filesystem>

#include "cli/interrupt.h"
#include "cli/terminal.h"

namespace sagebrush::cli {

// Fetches the MNIST files that `folder` lacks from public mirrors by HTTPS. Throws
// Error{kUnavailable} that says what each mirror answered.
void download_mnist(const std::filesystem::path& folder, Terminal& terminal,
                    const Interrupt& interrupt);

}  // namespace sagebrush::cli
