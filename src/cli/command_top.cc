#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/job_metrics.h"
#include "cli/json_value.h"
#include "cli/table.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

struct Row {
  HostUsage usage;
  std::string status;
  std::optional<JobProgress> progress;
};

// Running jobs, the newest first; those that wait have nothing to show.
std::vector<Row> rows_of(Cloud& cloud) {
  std::map<std::string, std::string> statuses;
  std::vector<std::string> jobs;
  for (const char* status : {"InProgress", "Stopping"}) {
    json::object request{{"StatusEquals", status},
                         {"SortBy", "CreationTime"},
                         {"SortOrder", "Descending"},
                         {"MaxResults", 100}};
    for (;;) {
      const json::object answer = cloud.sagemaker("ListTrainingJobs", request);
      for (const json::value& job : array_at(answer, "TrainingJobSummaries")) {
        const json::object& summary = job.as_object();
        const std::string secondary = text_at(summary, "SecondaryStatus");
        jobs.push_back(text_at(summary, "TrainingJobName"));
        statuses[jobs.back()] = secondary.empty() ? status : secondary;
      }
      const std::string token = text_at(answer, "NextToken");
      if (token.empty()) break;
      request["NextToken"] = token;
    }
  }
  const auto progress = progress_of(cloud, jobs);
  std::vector<Row> rows;
  for (HostUsage& usage : usage_of(cloud, jobs)) {
    Row row{.usage = std::move(usage), .status = {}, .progress = {}};
    row.status = statuses[row.usage.job];
    const auto known = progress.find(row.usage.job);
    if (known != progress.end()) row.progress = known->second;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string percent_text(const HostUsage& usage, const char* name) {
  const auto found = usage.values.find(name);
  return found == usage.values.end() ? "-" : fmt::format("{:.0f}%", found->second);
}

std::string rate_text(const HostUsage& usage, const char* name) {
  const auto found = usage.values.find(name);
  return found == usage.values.end()
             ? "-"
             : human_bytes(static_cast<std::uint64_t>(std::max(0.0, found->second))) + "/s";
}

std::string table_of(const std::vector<Row>& rows, const StreamLook& look) {
  Table table({"JOB", "HOST", "STATUS", "CPU", "MEMORY", "GPU", "GPU MEM", "DISK", "NET IN",
               "NET OUT", "PROGRESS"});
  for (const Row& row : rows) {
    table.add({{row.usage.job},
               {row.usage.host},
               {row.status, tone_of_status(row.status)},
               {percent_text(row.usage, "CPUUtilization")},
               {percent_text(row.usage, "MemoryUtilization")},
               {percent_text(row.usage, "GPUUtilization")},
               {percent_text(row.usage, "GPUMemoryUtilization")},
               {percent_text(row.usage, "DiskUtilization")},
               {rate_text(row.usage, "NetworkRxBytes")},
               {rate_text(row.usage, "NetworkTxBytes")},
               {row.progress ? progress_text(*row.progress) : "-"}});
  }
  return table.render(look.width, look.colour);
}

json::array json_of(const std::vector<Row>& rows) {
  json::array out;
  for (const Row& row : rows) {
    json::object item{{"TrainingJobName", row.usage.job},
                      {"Host", row.usage.host},
                      {"SecondaryStatus", row.status}};
    for (const auto& [name, value] : row.usage.values) item[name] = value;
    if (row.progress) {
      item["Progress"] = row.progress->percent;
      if (row.progress->remaining_s) item["RemainingTime"] = *row.progress->remaining_s;
    }
    out.push_back(std::move(item));
  }
  return out;
}

int run_top(bool once, Context& context) {
  Cloud cloud(context.options, context.environment);
  Terminal& terminal = context.terminal;
  if (context.options.output == "json") {
    terminal.out(pretty_json(json_of(rows_of(cloud))));
    return 0;
  }
  const bool live = terminal.out_look().is_terminal && !once;
  const Interrupt interrupt;
  do {
    const auto rows = rows_of(cloud);
    // Home, then clear: what stood there is drawn over without a flicker.
    if (live) terminal.out("\x1b[H\x1b[J");
    terminal.out(table_of(rows, terminal.out_look()));
    if (rows.empty()) terminal.message("no running training jobs");
    terminal.flush();
  } while (live && !interrupt.wait_for(1s));
  return 0;
}

}  // namespace

void add_top(CLI::App& jobs, Command& chosen) {
  auto once = std::make_shared<bool>(false);
  CLI::App* top = jobs.add_subcommand(
      "top", "CPU, memory, GPU, disk and network of each running job, live on a terminal");
  top->fallthrough();
  top->add_flag("--once", *once, "One table, on a terminal too");
  top->callback(
      [once, &chosen] { chosen = [once](Context& context) { return run_top(*once, context); }; });
}

}  // namespace sagebrush::cli
