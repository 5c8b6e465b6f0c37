#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace sagebrush::cli {

// Looks up an environment variable; an empty value counts as not set. Tests pass a map.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

Environment process_environment();

// $XDG_DATA_HOME/sagebrush, else ~/.local/share/sagebrush. Throws Error{kInvalid} when neither HOME
// nor XDG_DATA_HOME is set.
std::filesystem::path user_data_directory(const Environment& environment);

}  // namespace sagebrush::cli
