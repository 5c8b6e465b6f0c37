#pragma once

#include <string>

#include "base/file.h"
#include "container/launch.h"

namespace sagebrush::container {

struct StartedRuntime {
  int child_pid = 0;      // to wait for: the container's first process, or bubblewrap
  int container_pid = 0;  // the container's first process
  File out, err;          // read ends of its pipes
  File end;               // that on which its init tells its program's end, where it has one
  std::string error;      // the runtime's words when it did not start; all else is empty then
};

// Runs the runtime and waits until the container runs, and its init, where it has one, gets every
// signal. The caller must be a subreaper, so that it
// inherits the container's process.
StartedRuntime start_runtime(const Launch& launch, const Workplace& place);

}  // namespace sagebrush::container
