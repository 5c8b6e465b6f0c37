#pragma once

#include <filesystem>

#include "agent/package_install.h"
#include "agent_protocol/attempt_folder.h"

namespace sagebrush::agent {

// Prepares, in a folder of the installation's own, the container in which pip makes an environment:
// the job's image, the source read-only, `building` where the environment will be, and of the
// machine what pip needs to reach an index. Its output goes to install.log.
void prepare_install(const PackageInstall& install, const agent_protocol::AttemptFolder& folder,
                     const std::filesystem::path& building);

}  // namespace sagebrush::agent
