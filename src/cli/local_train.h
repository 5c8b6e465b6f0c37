#pragma once

#include "cli/commands.h"
#include "cli/train_flags.h"

namespace sagebrush::cli {

// Runs the script in a container of this machine's own system, by sagebrush-agent beside this
// program: no server, no upload, no download. Returns the script's exit code. Throws
// Error{kInvalid} for flags that only a server can follow.
int train_locally(const TrainFlags& flags, const JobRequest& request, Context& context);

}  // namespace sagebrush::cli
