#pragma once

#include <string>
#include <vector>

#include "container/launch.h"

namespace sagebrush::agent {

// What the training toolkit writes to /opt/ml/output/failure when a script ends badly:
//   ExecuteUserScriptError:\nExitCode 1\nErrorMessage "ValueError: boom"\nCommand "… train.py"
// line: the command as a shell has it. last_errors: its last lines on stderr.
std::string script_failure(const container::ContainerExit& exit, const std::string& line,
                           const std::vector<std::string>& last_errors);

// The message of the last exception in a traceback, without the traceback; all lines when there is
// none.
std::vector<std::string> exception_lines(const std::vector<std::string>& lines);

}  // namespace sagebrush::agent
