#pragma once

#include <map>
#include <string>

#include "agent/script_job.h"
#include "agent_protocol/spec.h"

namespace sagebrush::agent {

// The SM_… variables of a script, as the training toolkit sets and quotes them, and those that it
// sets besides (SAGEMAKER_JOB_NAME, PYTHONPATH, …). arguments: the script's own, for SM_USER_ARGS.
std::map<std::string, std::string> script_environment(const agent_protocol::Spec& spec,
                                                      const ScriptJob& job,
                                                      const std::vector<std::string>& arguments);

}  // namespace sagebrush::agent
