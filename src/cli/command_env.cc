#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/local_credentials.h"
#include "cli/local_server.h"
#include "cli/shell_exports.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kStartLimit = 2s;
constexpr auto kStartPause = 20ms;

struct Flags {
  std::string data_dir;
  bool sdk = false;
};

// A server whose folder is named may be just coming up: `sagebrush serve … & eval "$(sagebrush env
// …)"`.
std::optional<ServerRecord> server_on(const fs::path& data_dir) {
  const auto deadline = std::chrono::steady_clock::now() + kStartLimit;
  while (true) {
    if (auto record = running_server(data_dir)) return record;
    if (std::chrono::steady_clock::now() > deadline) return std::nullopt;
    std::this_thread::sleep_for(kStartPause);
  }
}

ServerRecord server_of(const Flags& flags, const Context& context) {
  const Environment& environment = context.environment;
  const auto record = flags.data_dir.empty() ? find_running_server(environment)
                                             : server_on(fs::absolute(flags.data_dir));
  if (record) return *record;
  throw ConfigurationError(fmt::format(
      "no server is running on {}; start one: {} serve{}",
      flags.data_dir.empty() ? default_data_dir(environment).string() : flags.data_dir,
      context.program, flags.data_dir.empty() ? "" : " --data-dir " + shell_quote(flags.data_dir)));
}

// Writes DATA/sdk/endpoints.json and says how clients find it.
std::string sdk_exports(const ServerRecord& server) {
  if (server.tls_url.empty()) {
    throw ConfigurationError(
        "the server has no TLS port, which the SageMaker SDK's STS client needs: "
        "start it with --tls-listen 127.0.0.1:9443");
  }
  const fs::path folder = fs::path(server.data_dir) / "sdk";
  fs::create_directories(folder);
  write_file_atomically(folder / "endpoints.json", sdk_endpoints_json(server.tls_url));
  return fmt::format("export AWS_DATA_PATH={}\nexport AWS_CA_BUNDLE={}\n",
                     shell_quote(folder.string()), shell_quote(server.ca_file));
}

int run_env(const Flags& flags, Context& context) {
  const ServerRecord server = server_of(flags, context);
  context.terminal.out(shell_exports(server, local_credentials(server, context.environment)));
  if (flags.sdk) context.terminal.out(sdk_exports(server));
  if (context.terminal.out_look().is_terminal) {
    context.terminal.message(
        fmt::format("# to use them in this shell: eval \"$({} env)\"", context.program));
  }
  return 0;
}

}  // namespace

void add_env(CLI::App& app, Command& chosen) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand(
      "env",
      "Prints the exports that point AWS clients at the local server: eval \"$(sagebrush env)\"");
  command->fallthrough();
  command
      ->add_option("--data-dir", flags->data_dir,
                   "The server's data folder [the default one, then the demo's]")
      ->type_name("DIR");
  command->add_flag("--sdk", flags->sdk,
                    "Also what the SageMaker Python SDK needs: STS by TLS and its authority");
  command->callback([flags, &chosen] {
    chosen = [flags](Context& context) { return run_env(*flags, context); };
  });
}

}  // namespace sagebrush::cli
