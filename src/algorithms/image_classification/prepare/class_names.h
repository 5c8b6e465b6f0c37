#pragma once

#include <string>
#include <vector>

namespace sagebrush::vision {

// Throws Error{kUser} when a name is not UTF-8: neither the manifest nor a model's labels.json
// could hold it. where: of the names, for the message, which shows the name's other bytes as \xNN.
void check_class_names(const std::vector<std::string>& names, const std::string& where);

}  // namespace sagebrush::vision
