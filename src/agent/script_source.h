#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent/object_calls.h"
#include "agent/script_command.h"
#include "agent/script_job.h"
#include "container/launch.h"

namespace sagebrush::agent {

// Puts the job's source into /opt/ml/code of the workplace, whose channels are staged, and says how
// its program is run. Throws Error{kNotFound, kDenied, kInvalid} in words for the job's owner.
EntryPoint place_source(const ScriptJob& job, const container::Workplace& place,
                        ObjectCalls& objects);

// How a program is run whose code lies in that folder. Throws Error{kInvalid} that lists what is
// there when it is not among it.
EntryPoint entry_in(const ScriptJob& job, const std::filesystem::path& code);

// The interpreter's path in a container of the host image. wanted: a path or a name; "": python3.
// Throws Error{kInvalid} when the machine has none.
std::string find_interpreter(const std::string& wanted);

}  // namespace sagebrush::agent
