#pragma once

#include <string>
#include <vector>

#include "agent/object_calls.h"
#include "agent_protocol/inputs.h"
#include "container/launch.h"
#include "container/mount_plan.h"

namespace sagebrush::agent {

// Puts every channel where the container's mounts and the feeder find it: files, pipes, and folders
// for what is mounted. Throws Error{kInvalid} for what is the user's to mend, LeaseLost as `orders`
// say.
void stage_inputs(const agent_protocol::Inputs& inputs, const container::Workplace& place,
                  ObjectCalls& objects, const Orders& orders);

// The channels whose files lie below workplace.root/"channels".
std::vector<std::string> channels_of_files(const agent_protocol::Inputs& inputs);

// The mounts of shared file systems, to be made after those of the root file system.
std::vector<container::Mount> file_system_mounts(const agent_protocol::Inputs& inputs,
                                                 const container::Workplace& place);

}  // namespace sagebrush::agent
