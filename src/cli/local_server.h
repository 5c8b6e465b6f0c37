#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "cli/endpoint_choice.h"

namespace sagebrush::cli {

// Reads DATA/server.json. nullopt when it isn't there or its process is gone (a server that was
// killed leaves it behind). Throws Error{kInvalid} that names the file when it is not what a server
// writes.
std::optional<ServerRecord> running_server(const std::filesystem::path& data_dir);

// The first running one of the default data folder and of the demo's.
std::optional<ServerRecord> find_running_server(const Environment& environment);

std::filesystem::path default_data_dir(const Environment& environment);
std::filesystem::path demo_data_dir(const Environment& environment);

}  // namespace sagebrush::cli
