#pragma once

#include "base/file.h"

namespace sagebrush::container {

// Writes each line of both pipes to `log` as frames, until both ends are closed, or until the
// process has ended and nothing more came for a moment (something outside the container may hold a
// pipe).
void pump_output(const File& out, const File& err, int pid, const File& log);

}  // namespace sagebrush::container
