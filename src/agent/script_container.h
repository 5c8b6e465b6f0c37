#pragma once

#include "agent/script_command.h"
#include "container/runtime_config.h"

namespace sagebrush::agent {

// Makes the container run a script: its words, its folder, its variables over the job's own, and
// under those what the framework images set for Python; in an image of the registry without the
// locale, which is the image's to choose.
void run_in(container::ContainerSpec& spec, const ScriptCommand& command, bool image);

}  // namespace sagebrush::agent
