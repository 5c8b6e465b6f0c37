#include "cli/job_description.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <vector>

#include "cli/duration_text.h"
#include "cli/json_value.h"
#include "cli/table.h"
#include "cli/time_budget.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;

void add_line(std::string& text, std::string_view name, std::string_view value) {
  if (!value.empty()) text += fmt::format("{:<12}{}\n", name, value);
}

std::string instances(const json::object& job) {
  const json::object& resources = object_at(job, "ResourceConfig");
  return fmt::format("{} × {}", integer_at(resources, "InstanceCount").value_or(1),
                     text_at(resources, "InstanceType"));
}

// Why a job that has no room yet waits.
std::string waiting(const json::object& job) {
  const std::string status = text_at(job, "SecondaryStatus");
  const json::array& transitions = array_at(job, "SecondaryStatusTransitions");
  if (transitions.empty() || text_at(job, "TrainingJobStatus") != "InProgress") return "";
  if (status != "Starting" && status != "Interrupted" && status != "Restarting") return "";
  const std::string said = text_at(transitions.back().as_object(), "StatusMessage");
  const auto start = said.find("Waiting for ");
  return start == std::string::npos ? "" : said.substr(start + std::string("Waiting for ").size());
}

// What spot training saved, in the words of SageMaker's own clients.
std::string savings(const json::object& job) {
  const auto trained = integer_at(job, "TrainingTimeInSeconds");
  const auto billed = integer_at(job, "BillableTimeInSeconds");
  const json::value* spot = job.if_contains("EnableManagedSpotTraining");
  if (!trained || !billed || *trained <= 0 || !spot || !spot->is_bool() || !spot->get_bool()) {
    return "";
  }
  return fmt::format("{} s trained, {} s billable: {:.1f}% saved", *trained, *billed,
                     100 * (1 - static_cast<double>(*billed) / static_cast<double>(*trained)));
}

std::string warm_pool(const json::object& job) {
  const json::object& pool = object_at(job, "WarmPoolStatus");
  const std::string status = text_at(pool, "Status");
  const std::string reused_by = text_at(pool, "ReusedByJob");
  return reused_by.empty() ? status : status + " by " + reused_by;
}

std::string source_of(const json::object& channel) {
  const json::object& source = object_at(channel, "DataSource");
  const json::object& folder = object_at(source, "FileSystemDataSource");
  if (folder.empty()) return text_at(object_at(source, "S3DataSource"), "S3Uri");
  return text_at(folder, "FileSystemId") + ":" + text_at(folder, "DirectoryPath");
}

std::string heading(const json::object& job, Time now, const StreamLook& look) {
  std::string text;
  const std::string status = text_at(job, "TrainingJobStatus");
  const std::string secondary = text_at(job, "SecondaryStatus");
  add_line(text, "Name", text_at(job, "TrainingJobName"));
  add_line(text, "Status",
           paint(status, tone_of_status(status), look.colour) +
               (secondary == status || secondary.empty() ? "" : " (" + secondary + ")"));
  add_line(text, "Reason", text_at(job, "FailureReason"));
  add_line(text, "Waits for", waiting(job));
  add_line(text, "Image", text_at(object_at(job, "AlgorithmSpecification"), "TrainingImage"));
  add_line(text, "Instances", instances(job));
  if (const auto created = time_at(job, "CreationTime")) {
    add_line(text, "Created",
             fmt::format("{} ({})", to_iso8601(*created), age_text(now - *created)));
  }
  add_line(text, "Spot", savings(job));
  add_line(text, "Warm pool", warm_pool(job));
  add_line(text, "Role", text_at(job, "RoleArn"));
  add_line(text, "Model", text_at(object_at(job, "ModelArtifacts"), "S3ModelArtifacts"));
  return text;
}

void append_table(std::string& text, Table& table, const StreamLook& look) {
  text += "\n" + table.render(look.width, look.colour);
}

std::string number_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_number() ? fmt::format("{:.6g}", value->to_number<double>())
                                                : "-";
}

}  // namespace

std::string describe_job(const json::object& job, Time now, const StreamLook& look) {
  std::string text = heading(job, now, look);
  if (const json::array& channels = array_at(job, "InputDataConfig"); !channels.empty()) {
    Table table({"INPUT", "FROM"});
    for (const json::value& channel : channels) {
      table.add({{text_at(channel.as_object(), "ChannelName")}, {source_of(channel.as_object())}});
    }
    append_table(text, table, look);
  }
  if (const json::object& values = object_at(job, "HyperParameters"); !values.empty()) {
    Table table({"HYPERPARAMETER", "VALUE"});
    for (const auto& item : values)
      table.add({{std::string(item.key())}, {text_at(values, item.key())}});
    append_table(text, table, look);
  }
  if (const json::array& metrics = array_at(job, "FinalMetricDataList"); !metrics.empty()) {
    Table table({"METRIC", "VALUE"});
    for (const json::value& metric : metrics) {
      table.add({{text_at(metric.as_object(), "MetricName")},
                 {number_text(metric.as_object(), "Value")}});
    }
    append_table(text, table, look);
  }
  Table table({"STATUS", "FROM", "FOR", "MESSAGE"});
  for (const json::value& item : array_at(job, "SecondaryStatusTransitions")) {
    const json::object& transition = item.as_object();
    const std::string status = text_at(transition, "Status");
    const Time start = time_at(transition, "StartTime").value_or(now);
    const Time end = time_at(transition, "EndTime").value_or(now);
    table.add({{status, tone_of_status(status)},
               {to_iso8601(start)},
               {duration_text(end - start)},
               {text_at(transition, "StatusMessage")}});
  }
  append_table(text, table, look);
  return text + "\nWhere the time went\n" +
         render_budget(time_budget(job, now), look.width, look.colour);
}

}  // namespace sagebrush::cli
