#include "agent/script_container.h"

#include "agent/container_variables.h"

namespace sagebrush::agent {
namespace {

Variables python_defaults(const ScriptSettings& settings) {
  Variables out{{"PYTHONDONTWRITEBYTECODE", "1"}, {"PYTHONIOENCODING", "UTF-8"}};
  if (!settings.mpi) out["PYTHONUNBUFFERED"] = "1";
  if (!settings.image) out.insert({{"LANG", "C.UTF-8"}, {"LC_ALL", "C.UTF-8"}});
  return out;
}

}  // namespace

void run_in(container::ContainerSpec& spec, const ScriptCommand& command,
            const ScriptSettings& settings) {
  spec.arguments = command.words;
  spec.init = command.first ? std::filesystem::path() : settings.init;
  spec.directory = kCodeFolder;
  set_variables(spec.environment, python_defaults(settings), true);
  set_variables(spec.environment, command.environment, false);
}

}  // namespace sagebrush::agent
