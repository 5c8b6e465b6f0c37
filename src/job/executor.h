#pragma once

#include "agent_protocol/attempt_folder.h"

namespace sagebrush::job {

// Where agents are placed. An agent is known by its folder alone, so that a server that starts anew
// finds all of them.
class Executor {
 public:
  virtual ~Executor() = default;
  // Starts an agent for the folder, which holds spec.json; it goes on from what the folder says.
  // Throws Error{kUnavailable}.
  virtual void start(const agent_protocol::AttemptFolder& folder) = 0;
  // False once no agent works in the folder any more.
  virtual bool alive(const agent_protocol::AttemptFolder& folder) = 0;
  // Ends the folder's agent at once, if there is one; its container goes on, and the next agent
  // takes it over.
  virtual void end(const agent_protocol::AttemptFolder& folder) = 0;
};

}  // namespace sagebrush::job
