#pragma once

#include "agent_protocol/attempt_folder.h"

namespace sagebrush::container {

// Starts the container that the folder's work/launch.json describes, keeps its output in output.log
// and its end in container-exit.json. Does nothing when another shim holds the folder or one was
// here before. Must run in a process of its own: it changes that process's mounts. Returns the
// process's exit status.
int run_shim(const agent_protocol::AttemptFolder& folder);

}  // namespace sagebrush::container
