#include "agent/container_variables.h"

#include <algorithm>

namespace sagebrush::agent {

void set_variables(std::vector<std::string>& all, const Variables& values, bool keep) {
  for (const auto& [name, value] : values) {
    const auto at = std::ranges::find_if(
        all, [&](const std::string& one) { return one.starts_with(name + "="); });
    if (at == all.end()) {
      all.push_back(name + "=" + value);
    } else if (!keep) {
      *at = name + "=" + value;
    }
  }
}

}  // namespace sagebrush::agent
