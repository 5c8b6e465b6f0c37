#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "agent/object_calls.h"
#include "agent/python_packages.h"
#include "agent/script_command.h"
#include "agent/script_job.h"
#include "container/launch.h"
#include "container/layer_stack.h"

namespace sagebrush::agent {

// What the agent runs in the toolkit's place.
struct ScriptPlan {
  ScriptJob job;
  EntryPoint entry = EntryPoint::kScript;
  std::string interpreter;              // its path in the container
  std::string mpirun;                   // the same; "" unless the job asks for it
  std::optional<PackagePlan> packages;  // what has to be installed before
  std::filesystem::path baked;          // the image's folder that is the source; "" for none
};

// nullopt where the job is none of a script's, or its image has a `train` of its own. Places the
// source. layers: of the job's image; null for the host image. environment: the container's, whose
// PATH counts. Throws Error{kInvalid, kNotFound, kDenied} in words for the job's owner.
std::optional<ScriptPlan> plan_script(const agent_protocol::Spec& spec,
                                      const container::LayerStack* layers,
                                      const std::vector<std::string>& environment,
                                      const container::Workplace& place, ObjectCalls& objects);

// True where the agent plays the toolkit: what wants_toolkit() says, and no `train` on the PATH of
// an image.
bool plays_toolkit(const agent_protocol::Spec& spec, const container::LayerStack* layers,
                   const std::vector<std::string>& environment);

// The interpreter of scripts in an image, which its owner calls `reference`. wanted: a path or a
// name; "": python3, else python. Throws Error{kInvalid} when the image has none.
std::string image_interpreter(const container::LayerStack& layers, const std::string& path,
                              const std::string& wanted, const std::string& reference);

}  // namespace sagebrush::agent
