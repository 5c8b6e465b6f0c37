#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "container/layer_stack.h"

namespace sagebrush::container {

// Where a container of these layers finds a program by a PATH variable: its path there, links not
// followed, since where a Python was started is where it looks for its packages. A name with a
// slash is its own path. nullopt when there is no such program, or none that may be executed.
std::optional<std::string> find_program(const LayerStack& layers, std::string_view path,
                                        const std::string& name);

// "PATH=…" among a container's variables; "" when it is not there.
std::string path_of(const std::vector<std::string>& environment);

}  // namespace sagebrush::container
