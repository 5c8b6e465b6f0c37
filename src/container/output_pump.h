#pragma once

#include "base/file.h"
#include "container/disk_reserve.h"

namespace sagebrush::container {

// Writes each line of both pipes to `log` as frames, until both ends are closed, or until the
// process has ended and nothing more came for a moment (something outside the container may hold a
// pipe). On a full disk the reserve goes first; then the container is held back, so that no line is
// lost. Where nobody makes room for ten seconds lines are lost, and the log says so: what fills the
// disk may be the container itself, which would wait for itself.
void pump_output(const File& out, const File& err, int pid, const File& log,
                 const DiskReserve& reserve);

}  // namespace sagebrush::container
