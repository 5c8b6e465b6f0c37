// Script mode in an attempt: the agent in the place of the training toolkit.
#include <fcntl.h>

#include <algorithm>
#include <map>

#include "agent/attempt.h"
#include "agent/script_command.h"
#include "agent/script_source.h"
#include "base/file.h"
#include "container/frame_log.h"
#include "container/replace_file.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;

// Sets NAME=value among those of a container. given: it keeps what is there.
void set_variables(std::vector<std::string>& all, const std::map<std::string, std::string>& values,
                   bool given) {
  for (const auto& [name, value] : values) {
    const auto at = std::ranges::find_if(
        all, [&](const std::string& one) { return one.starts_with(name + "="); });
    if (at == all.end()) {
      all.push_back(name + "=" + value);
    } else if (!given) {
      *at = name + "=" + value;
    }
  }
}

// What the framework images set for Python, for a job that does not.
std::map<std::string, std::string> python_defaults() {
  return {{"PYTHONUNBUFFERED", "1"},
          {"PYTHONDONTWRITEBYTECODE", "1"},
          {"PYTHONIOENCODING", "UTF-8"},
          {"LANG", "C.UTF-8"},
          {"LC_ALL", "C.UTF-8"}};
}

// The words of the toolkit's own log, where people look for what ran.
void tell_command(const fs::path& log, const std::string& line) {
  const File file = File::open(log, O_WRONLY | O_CREAT | O_APPEND);
  if (file.size() > 0) return;  // told by an agent before this one
  std::string frames;
  container::append_frame(frames, now(), container::Stream::kStdout,
                          "Invoking script with the following command: " + line);
  file.write_all(frames);
}

}  // namespace

void Attempt::use_script(const ScriptJob& job, container::ContainerSpec& spec,
                         ObjectCalls& objects) {
  const EntryPoint entry = place_source(job, place_, objects);
  const std::string interpreter =
      find_interpreter(job.interpreter.empty() ? spec_.python : job.interpreter);
  ScriptCommand command = script_command(spec_, job, entry, interpreter);
  spec.arguments = command.words;
  spec.directory = kCodeFolder;
  set_variables(spec.environment, python_defaults(), true);
  set_variables(spec.environment, command.environment, false);
  const std::string line = shell_line(command.words);
  container::replace_file(script_line(), line);
  tell_command(folder_.output_log(), line);
}

}  // namespace sagebrush::agent
