#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "agent/code_folder.h"
#include "agent/object_calls.h"
#include "agent/script_command.h"
#include "agent/script_job.h"
#include "container/launch.h"

namespace sagebrush::agent {

// Where a job's source is.
struct Source {
  std::unique_ptr<CodeFolder> code;
  std::filesystem::path baked;  // the folder of the image that it is; "" for the workplace's own
};

// Puts the job's source into /opt/ml/code of the workplace, whose channels are staged, unless it is
// a folder of the image. layers: of the job's image; null for the host image. Throws
// Error{kNotFound, kDenied, kInvalid} in words for the job's owner.
Source place_source(const ScriptJob& job, const container::Workplace& place,
                    const container::LayerStack* layers, ObjectCalls& objects);

// How a program is run whose code that is. Throws Error{kInvalid} that lists what is there when it
// is not among it.
EntryPoint entry_in(const ScriptJob& job, const CodeFolder& code);

// The interpreter's path in a container of the host image. wanted: a path or a name; "": python3.
// Throws Error{kInvalid} when the machine has none.
std::string find_interpreter(const std::string& wanted);

}  // namespace sagebrush::agent
