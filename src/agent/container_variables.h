#pragma once

#include <map>
#include <string>
#include <vector>

namespace sagebrush::agent {

using Variables = std::map<std::string, std::string>;

// Sets them among a container's "NAME=value". keep: what is there stays.
void set_variables(std::vector<std::string>& all, const Variables& values, bool keep);

}  // namespace sagebrush::agent
