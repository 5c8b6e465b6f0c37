#pragma once

#include "agent_protocol/attempt_folder.h"
#include "base/file.h"

namespace sagebrush::agent {

struct Pipe {
  File read, write;
};
Pipe make_pipe();  // close-on-exec

// Starts this program as `sagebrush-agent ROLE --folder FOLDER` in a session of its own, so that
// nothing that ends this agent ends it; `input` becomes its standard input. Returns its process
// number: it is a child of this process. Throws Error{kIo}.
int spawn_role(const char* role, const agent_protocol::AttemptFolder& folder, const File& input);

}  // namespace sagebrush::agent
