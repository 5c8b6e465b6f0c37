#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "agent_protocol/messages.h"
#include "agent_protocol/spec.h"

namespace sagebrush::agent {

// The files of /opt/ml/input/config by name, as SageMaker's containers find them.
std::map<std::string, std::string> config_files(const agent_protocol::Spec& spec);

// What two of them hold.
boost::json::object resource_config(const agent_protocol::Spec& spec);
boost::json::object input_data_config(const agent_protocol::Spec& spec);

// Files beside the channels: "<channel>-manifest" for channels that a manifest lists.
std::map<std::string, std::string> manifest_files(const agent_protocol::Spec& spec,
                                                  const agent_protocol::Inputs& inputs);

// The container's environment, "NAME=value", the job's own last so that it wins.
std::vector<std::string> environment(const agent_protocol::Spec& spec);

// Where the job wants its checkpoints, inside the container.
std::filesystem::path checkpoint_path(const agent_protocol::Spec& spec);

}  // namespace sagebrush::agent
