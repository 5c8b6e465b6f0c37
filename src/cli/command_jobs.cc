#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <memory>

#include "aws/aws_error.h"
#include "cli/commands.h"
#include "cli/duration_text.h"
#include "cli/interrupt.h"
#include "cli/job_description.h"
#include "cli/job_follower.h"
#include "cli/job_lookup.h"
#include "cli/job_metrics.h"
#include "cli/job_wait.h"
#include "cli/json_value.h"
#include "cli/table.h"
#include "cli/time_budget.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::int64_t kLargestPage = 100;

struct Flags {
  std::string job;
  std::string status;
  std::string name_contains;
  std::int64_t limit = 50;
  bool no_wait = false;
};

json::array list(const Flags& flags, Cloud& cloud) {
  json::object request{{"SortBy", "CreationTime"}, {"SortOrder", "Descending"}};
  if (!flags.status.empty()) request["StatusEquals"] = flags.status;
  if (!flags.name_contains.empty()) request["NameContains"] = flags.name_contains;
  json::array jobs;
  while (std::cmp_less(jobs.size(), flags.limit)) {
    request["MaxResults"] =
        std::min(kLargestPage, flags.limit - static_cast<std::int64_t>(jobs.size()));
    const json::object answer = cloud.sagemaker("ListTrainingJobs", request);
    for (const json::value& job : array_at(answer, "TrainingJobSummaries")) jobs.push_back(job);
    const std::string token = text_at(answer, "NextToken");
    if (token.empty()) break;
    request["NextToken"] = token;
  }
  return jobs;
}

std::vector<Cell> row_of(const json::object& job, Time now) {
  const std::string status = text_at(job, "TrainingJobStatus");
  const std::string secondary = text_at(job, "SecondaryStatus");
  const auto created = time_at(job, "CreationTime");
  // A job that failed before its training began has no end of it.
  const Time last = is_final_status(status) ? time_at(job, "LastModifiedTime").value_or(now) : now;
  const Time ended = time_at(job, "TrainingEndTime").value_or(last);
  const bool going = status == "InProgress" && !secondary.empty();
  return {{text_at(job, "TrainingJobName")},
          {going ? secondary : status, tone_of_status(going ? secondary : status)},
          {created ? age_text(now - *created) : "-"},
          {created ? duration_text(ended - *created) : "-"}};
}

std::vector<std::string> running_in(const json::array& jobs) {
  std::vector<std::string> names;
  for (const json::value& job : jobs) {
    const json::object& summary = job.as_object();
    if (text_at(summary, "TrainingJobStatus") != "InProgress") continue;
    names.push_back(text_at(summary, "TrainingJobName"));
  }
  return names;
}

int run_list(const Flags& flags, Context& context) {
  Cloud cloud(context.options, context.environment);
  const json::array jobs = list(flags, cloud);
  if (context.options.output == "json") {
    context.terminal.out(pretty_json(with_iso_times(jobs)));
    return 0;
  }
  if (jobs.empty()) {
    context.terminal.message(
        fmt::format("no training jobs; start one: {} train --input train=PATH --input test=PATH",
                    context.program));
    return 0;
  }
  std::map<std::string, std::string> news = waits_of(cloud, jobs);
  for (const auto& [name, progress] : progress_of(cloud, running_in(jobs))) {
    news[name] = progress_text(progress);
  }
  std::vector<std::string> headers{"NAME", "STATUS", "AGE", "DURATION"};
  if (!news.empty()) headers.emplace_back("PROGRESS");
  Table table(headers);
  const Time time = now();
  for (const json::value& job : jobs) {
    std::vector<Cell> row = row_of(job.as_object(), time);
    const auto known = news.find(text_at(job.as_object(), "TrainingJobName"));
    if (!news.empty()) row.push_back({known == news.end() ? "-" : known->second});
    table.add(std::move(row));
  }
  context.terminal.out(
      table.render(context.terminal.out_look().width, context.terminal.out_look().colour));
  return 0;
}

int run_describe(const Flags& flags, Context& context) {
  Cloud cloud(context.options, context.environment);
  const json::object job =
      cloud.sagemaker("DescribeTrainingJob", {{"TrainingJobName", find_job(cloud, flags.job)}});
  if (context.options.output == "json") {
    json::object shown = job;
    json::object& budget = shown["TimeBudgetInSeconds"].emplace_object();
    for (const BudgetPart& part : time_budget(job, now())) {
      budget[part.name] = static_cast<double>(part.spent.count()) / 1000;
    }
    context.terminal.out(pretty_json(with_iso_times(shown)));
  } else {
    context.terminal.out(describe_job(job, now(), context.terminal.out_look()));
    const std::string name = text_at(job, "TrainingJobName");
    const auto progress = progress_of(cloud, running_in({job}));
    if (const auto known = progress.find(name); known != progress.end()) {
      context.terminal.out("\nProgress  " + progress_text(known->second) + "\n");
    }
  }
  return 0;
}

int run_stop(const Flags& flags, Context& context) {
  Cloud cloud(context.options, context.environment);
  const std::string name = find_job(cloud, flags.job);
  cloud.sagemaker("StopTrainingJob", {{"TrainingJobName", name}});
  if (flags.no_wait) {
    context.terminal.message(fmt::format("{} is being stopped", name));
    return 0;
  }
  const Interrupt interrupt;
  const auto start = std::chrono::steady_clock::now();
  while (true) {
    const json::object job = cloud.sagemaker("DescribeTrainingJob", {{"TrainingJobName", name}});
    const std::string status = text_at(job, "TrainingJobStatus");
    if (is_final_status(status)) {
      context.terminal.clear_status();
      context.terminal.message(
          fmt::format("{}: {}", name,
                      paint(status, tone_of_status(status), context.terminal.err_look().colour)));
      return 0;
    }
    const auto waited =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
    context.terminal.status(fmt::format("stopping {}: it has 120 s to end by itself · {}", name,
                                        duration_text(waited)));
    if (interrupt.wait_for(200ms))
      throw Interrupted(name + " goes on stopping; this command no longer waits");
  }
}

CLI::App* add_verb(CLI::App& jobs, const std::string& name, const std::string& help,
                   std::shared_ptr<Flags> flags, int (*run)(const Flags&, Context&),
                   Command& chosen) {
  CLI::App* verb = jobs.add_subcommand(name, help);
  verb->fallthrough();
  verb->callback([flags, run, &chosen] {
    chosen = [flags, run](Context& context) { return run(*flags, context); };
  });
  return verb;
}

}  // namespace

void add_jobs(CLI::App& app, Command& chosen) {
  auto flags = std::make_shared<Flags>();
  CLI::App* jobs = app.add_subcommand("jobs", "Lists, describes and stops training jobs");
  jobs->fallthrough();
  jobs->require_subcommand(0, 1);
  // A parent's callback runs before its verb's, which then replaces the choice.
  jobs->preparse_callback([flags, &chosen](std::size_t) {
    chosen = [flags](Context& context) { return run_list(*flags, context); };
  });

  CLI::App* list =
      add_verb(*jobs, "list", "Training jobs, the newest first", flags, run_list, chosen);
  list->add_option("--status", flags->status, "InProgress, Completed, Failed, Stopping or Stopped")
      ->check(CLI::IsMember({"InProgress", "Completed", "Failed", "Stopping", "Stopped"}));
  list->add_option("--name-contains", flags->name_contains, "Part of the name")->type_name("TEXT");
  list->add_option("--limit", flags->limit, "At most so many [50]")
      ->check(CLI::PositiveNumber)
      ->type_name("N");

  CLI::App* describe =
      add_verb(*jobs, "describe", "All about one training job and where its time went", flags,
               run_describe, chosen);
  describe->add_option("job", flags->job, "Name or unique start of it [the last job]");

  add_top(*jobs, chosen);

  CLI::App* stop = add_verb(*jobs, "stop", "Stops a training job; what it has saved is uploaded",
                            flags, run_stop, chosen);
  stop->add_option("job", flags->job, "Name or unique start of it")->required();
  stop->add_flag("--no-wait", flags->no_wait, "Return at once");
}

}  // namespace sagebrush::cli
