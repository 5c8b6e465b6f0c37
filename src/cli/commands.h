#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/cloud.h"
#include "cli/environment.h"
#include "cli/terminal.h"

namespace CLI {
class App;
}

namespace sagebrush::cli {

// What every command is given.
struct Context {
  GlobalOptions options;
  Environment environment;
  Terminal& terminal;
  std::string
      program;  // this one as it was called, quoted for a shell: "sagebrush", "bin/sagebrush"
  std::vector<std::string> words_after_dashes;  // of the command line, after "--"
};

// The command that the command line chose, with its own flags in it; returns the exit code.
using Command = std::function<int(Context&)>;

// Each adds one command to the application; when it is on the command line, `chosen` becomes it.
void add_demo(CLI::App& app, Command& chosen);
void add_env(CLI::App& app, Command& chosen);
void add_data(CLI::App& app, Command& chosen);
void add_train(CLI::App& app, Command& chosen);
void add_jobs(CLI::App& app, Command& chosen);
// A verb of jobs.
void add_top(CLI::App& jobs, Command& chosen);
void add_exec(CLI::App& app, Command& chosen);
void add_logs(CLI::App& app, Command& chosen);
void add_version(CLI::App& app, Command& chosen);

}  // namespace sagebrush::cli
