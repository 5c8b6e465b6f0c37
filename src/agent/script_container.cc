#include "agent/script_container.h"

#include <algorithm>
#include <map>

namespace sagebrush::agent {
namespace {

using Variables = std::map<std::string, std::string>;

// Sets NAME=value among those of a container. keep: what is there stays.
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

Variables python_defaults(ScriptSettings settings) {
  Variables out{{"PYTHONDONTWRITEBYTECODE", "1"}, {"PYTHONIOENCODING", "UTF-8"}};
  if (!settings.mpi) out["PYTHONUNBUFFERED"] = "1";
  if (!settings.image) out.insert({{"LANG", "C.UTF-8"}, {"LC_ALL", "C.UTF-8"}});
  return out;
}

}  // namespace

void run_in(container::ContainerSpec& spec, const ScriptCommand& command, ScriptSettings settings) {
  spec.arguments = command.words;
  spec.directory = kCodeFolder;
  set_variables(spec.environment, python_defaults(settings), true);
  set_variables(spec.environment, command.environment, false);
}

}  // namespace sagebrush::agent
