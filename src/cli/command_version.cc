#include <CLI/CLI.hpp>

#include "cli/commands.h"

namespace sagebrush::cli {

void add_version(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("version", "Prints the version");
  command->fallthrough();
  command->callback([&chosen] {
    chosen = [](Context& context) {
      context.terminal.out_line("sagebrush " SAGEBRUSH_VERSION);
      return 0;
    };
  });
}

}  // namespace sagebrush::cli
