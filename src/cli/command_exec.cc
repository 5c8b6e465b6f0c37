#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/job_lookup.h"
#include "cli/local_server.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;

struct Flags {
  std::string job;
  std::string host = "algo-1";
  std::string data_dir;
};

ServerRecord server_of(const Flags& flags, const Context& context) {
  const auto server = flags.data_dir.empty() ? find_running_server(context.environment)
                                             : running_server(fs::absolute(flags.data_dir));
  if (server) return *server;
  throw ConfigurationError("exec enters a container of this machine, and no server runs here" +
                           (flags.data_dir.empty()
                                ? std::string(": name its folder with --data-dir")
                                : " on " + flags.data_dir));
}

// The agent's program knows the container; it takes this process's place, so that the terminal,
// signals and the exit code are the command's own.
int run_exec(const Flags& flags, Context& context) {
  const ServerRecord server = server_of(flags, context);
  Cloud cloud(server, context.environment);
  const std::string job = find_job(cloud, flags.job);
  const fs::path agent = fs::read_symlink("/proc/self/exe").parent_path() / "sagebrush-agent";
  std::vector<std::string> words{agent,    "exec",     "--data", server.data_dir, "--job", job,
                                 "--host", flags.host, "--"};
  words.insert(words.end(), context.words_after_dashes.begin(), context.words_after_dashes.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  context.terminal.flush();
  ::execv(agent.c_str(), argv.data());
  throw Error(ErrorKind::kIo, fmt::format("{}: {}", agent.string(), std::strerror(errno)));
}

}  // namespace

void add_exec(CLI::App& app, Command& chosen) {
  auto flags = std::make_shared<Flags>();
  CLI::App* exec = app.add_subcommand(
      "exec",
      "Opens a shell in a running job, or runs the command after --; for the server's own user on "
      "its machine");
  exec->fallthrough();
  exec->add_option("job", flags->job, "Name or unique start of it [the last job]");
  exec->add_option("--host", flags->host, "Which instance [algo-1]")->type_name("NAME");
  exec->add_option("--data-dir", flags->data_dir, "The server's folder [the running one's]")
      ->type_name("DIR");
  exec->callback([flags, &chosen] {
    chosen = [flags](Context& context) { return run_exec(*flags, context); };
  });
}

}  // namespace sagebrush::cli
