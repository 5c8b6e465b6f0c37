#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "agent_protocol/spec.h"

namespace sagebrush::agent {

inline constexpr const char* kCodeFolder = "/opt/ml/code";

// Script mode: what a job asks of the training toolkit, which the agent stands in for where an
// image has none. Read from the job's SAGEMAKER_… variables, else its hyperparameters (each a JSON
// text, as the SDK's second version sends them, or plain), else the image's own variables.
struct ScriptJob {
  std::string program;      // sagemaker_program: "train.py", "run.sh", "package.module"
  std::string source;       // sagemaker_submit_directory: s3://….tar.gz, or a path in the container
  std::string interpreter;  // sagemaker_interpreter or SAGEBRUSH_PYTHON; "" for the default
  std::int64_t log_level = 20;
  boost::json::object hyperparameters;  // the script's own, decoded
  boost::json::object framework;        // sagemaker_… ones that choose a launcher and the like
};

// nullopt when the job names no script.
std::optional<ScriptJob> script_job(const agent_protocol::Spec& spec);

// True where the agent has to run the script, as far as the job says it: it names one and replaces
// neither entry point nor arguments of an image that has no entry point. An image of the registry
// may still have a `train` of its own.
bool wants_toolkit(const agent_protocol::Spec& spec);

}  // namespace sagebrush::agent
