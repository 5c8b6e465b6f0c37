#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sagebrush::cli {

class Cloud;

// Picks the one of `names` that `given` means: the equal one, else the only one that starts with
// it. Throws Error{kNotFound} when there is none, Error{kInvalid} that lists some when there are
// several.
std::string pick_name(std::string_view given, const std::vector<std::string>& names);

// The full name of a training job: of a name, of a unique prefix, or with "" the last one created.
// Throws as pick_name.
std::string find_job(Cloud& cloud, std::string_view given);

}  // namespace sagebrush::cli
