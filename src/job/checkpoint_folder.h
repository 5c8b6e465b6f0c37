#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent_protocol/spec.h"

namespace sagebrush::job {

// Why a CheckpointConfig's LocalPath can't be a job's folder for checkpoints, whatever the job does
// there; nullopt when it can.
std::optional<std::string> checkpoint_folder_problem(std::string_view path,
                                                     agent_protocol::ImageKind image);

}  // namespace sagebrush::job
