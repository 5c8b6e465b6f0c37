#pragma once

#include "agent_protocol/spec.h"

namespace sagebrush::agent {

// What asks a job's container to end: SIGTERM unless its image names another (STOPSIGNAL).
int stop_signal(const agent_protocol::Spec& spec);

}  // namespace sagebrush::agent
