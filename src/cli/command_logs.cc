#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/job_follower.h"
#include "cli/job_lookup.h"
#include "cli/json_value.h"
#include "cli/log_reader.h"

namespace sagebrush::cli {
namespace {

struct Flags {
  std::string job;
  bool follow = false;
};

int follow_log(const std::string& job, Cloud& cloud, Context& context) {
  const Interrupt interrupt;
  JobFollower follower(cloud, context.terminal, interrupt, job);
  follower.show_transitions(false);
  try {
    const boost::json::object end = follower.follow();
    const std::string reason = text_at(end, "FailureReason");
    context.terminal.message(fmt::format("{}: {}{}", job, text_at(end, "TrainingJobStatus"),
                                         reason.empty() ? "" : ": " + reason));
    return exit_code_of(end);
  } catch (const Interrupted&) {
    throw Interrupted(job + " goes on; this command no longer follows it");
  }
}

int run_logs(const Flags& flags, Context& context) {
  Cloud cloud(context.options, context.environment);
  const std::string job = find_job(cloud, flags.job);
  if (flags.follow) return follow_log(job, cloud, context);
  LogReader reader(cloud, job);
  std::vector<LogEvent> events;
  reader.read_new([&](const LogEvent& event) { events.push_back(event); });
  for (const LogEvent& event : events) {
    context.terminal.out_line(reader.stream_count() > 1
                                  ? fmt::format("{}| {}", event.host, event.message)
                                  : event.message);
  }
  return 0;
}

}  // namespace

void add_logs(CLI::App& app, Command& chosen) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("logs", "Prints the log of a training job");
  command->fallthrough();
  command->add_option("job", flags->job, "Name or unique start of it [the last job]");
  command->add_flag("-f,--follow", flags->follow,
                    "Go on until the job has ended; its result is the exit code");
  command->callback([flags, &chosen] {
    chosen = [flags](Context& context) { return run_logs(*flags, context); };
  });
}

}  // namespace sagebrush::cli
