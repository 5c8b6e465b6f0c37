#pragma once

namespace sagebrush::cli {

// Runs one command of the command line; returns the process's exit code (exit_codes.h). Never
// throws.
int run(int argc, char** argv);

}  // namespace sagebrush::cli
