#include "cli/run.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <span>
#include <string_view>

#include "aws/aws_error.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/interrupt.h"
#include "cli/shell_exports.h"

namespace sagebrush::cli {
namespace {

constexpr const char* kFooter =
    "Against the local server when one runs (sagebrush serve, sagebrush demo --keep-server), else "
    "where\n"
    "--endpoint-url, AWS_ENDPOINT_URL_<SERVICE> or AWS_ENDPOINT_URL say, else against AWS.\n"
    "Exit codes: 0 good, 1 job failed (or its container's own code), 124 job ran out of time, 143 "
    "job was stopped,\n"
    "130 Ctrl-C, 252 wrong usage, 253 configuration or credentials, 254 the service's error, 255 "
    "other.";

void add_global_flags(CLI::App& app, GlobalOptions& options) {
  app.add_option("--endpoint-url", options.endpoint_url, "Server of all services")
      ->type_name("URL");
  app.add_option("--region", options.region, "Region of AWS")->type_name("REGION");
  app.add_option("--profile", options.profile, "Section of ~/.aws/credentials")->type_name("NAME");
  app.add_option("-o,--output", options.output, "table or json [table]")
      ->check(CLI::IsMember({"table", "json"}));
  app.add_flag(
      "--json", [&options](std::int64_t) { options.output = "json"; }, "The same as -o json");
  app.add_flag("--no-color", options.no_color, "No colour (also NO_COLOR=1)");
  app.add_flag("-q,--quiet", options.quiet, "Only data, warnings and errors");
}

// The one place where the command line's errors end.
int run_command(const Command& command, Context& context) {
  const auto fail = [&context](const std::string& message, int code) {
    context.terminal.warning("sagebrush: " + message);
    return code;
  };
  try {
    return command(context);
  } catch (const Interrupted& interrupted) {
    context.terminal.warning(interrupted.what());
    return kInterrupted;
  } catch (const aws::AwsError& error) {
    return fail(fmt::format("{}: {}", error.code(), error.message()), kServiceError);
  } catch (const ConfigurationError& error) {
    return fail(error.what(), kConfiguration);
  } catch (const Error& error) {
    return fail(error.what(), error.kind() == ErrorKind::kInvalid ? kUsage : kOtherError);
  } catch (const std::exception& error) {
    return fail(error.what(), kOtherError);
  }
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app("SageMaker on your own machines: trains in containers, driven by the AWS APIs.",
               "sagebrush");
  GlobalOptions options;
  Command chosen;
  app.require_subcommand(0, 1);
  app.footer(kFooter);
  add_global_flags(app, options);
  add_demo(app, chosen);
  app.add_subcommand("serve", "Runs the server: sagebrush serve --help");
  add_env(app, chosen);
  add_data(app, chosen);
  add_train(app, chosen);
  add_jobs(app, chosen);
  add_logs(app, chosen);
  add_exec(app, chosen);
  add_version(app, chosen);
  const auto words = std::span(argv, static_cast<std::size_t>(argc));
  const auto dashes = std::ranges::find(words, std::string_view("--"));
  try {
    app.parse(static_cast<int>(dashes - words.begin()), argv);
    if (dashes != words.end() && !app.got_subcommand("train") && !app.got_subcommand("exec")) {
      throw CLI::ExtrasError("sagebrush", {"--"});
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kSuccess : kUsage;
  }
  if (!chosen) {
    std::fputs(app.help().c_str(), stderr);
    return kUsage;
  }
  const Environment environment = process_environment();
  Terminal terminal(options.no_color, options.quiet, environment);
  Context context{.options = options,
                  .environment = environment,
                  .terminal = terminal,
                  .program = shell_quote(argv[0]),
                  .words_after_dashes = {dashes == words.end() ? dashes : dashes + 1, words.end()}};
  const int code = run_command(chosen, context);
  terminal.flush();
  return code;
}

}  // namespace sagebrush::cli
