#pragma once

#include "agent/script_command.h"
#include "container/runtime_config.h"

namespace sagebrush::agent {

struct ScriptSettings {
  bool image = false;  // of the registry: the locale is the image's to choose
  // Under mpirun: it tags what it reads at once as a line, and an unbuffered Python writes a line's
  // end by itself. On the terminals that mpirun gives it, it writes line by line.
  bool mpi = false;
  std::filesystem::path init;  // sagebrush-init
};

// Makes the container run a script: its words, its folder, its variables over the job's own, and
// under those what the framework images set for Python.
void run_in(container::ContainerSpec& spec, const ScriptCommand& command,
            const ScriptSettings& settings);

}  // namespace sagebrush::agent
