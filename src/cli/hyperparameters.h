#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sagebrush::cli {

using Hyperparameters = std::map<std::string, std::string>;

// Reads a YAML map. A scalar is taken as it is written ("1e-3" stays "1e-3"), a list or map becomes
// JSON text and null "null", as the SageMaker SDK passes them. Throws Error{kInvalid} that names
// `source` and the line or key: no map, no value, a key twice, broken YAML.
Hyperparameters hyperparameters_from_yaml(std::string_view yaml, std::string_view source);

// Lays "key=value" pairs over what is there; the last of a key wins. Throws as parse_key_value.
void set_hyperparameters(Hyperparameters& into, const std::vector<std::string>& pairs);

}  // namespace sagebrush::cli
