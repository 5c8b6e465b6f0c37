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

std::string heading(const json::object& job, Time now, const StreamLook& look) {
  std::string text;
  const std::string status = text_at(job, "TrainingJobStatus");
  const std::string secondary = text_at(job, "SecondaryStatus");
  add_line(text, "Name", text_at(job, "TrainingJobName"));
  add_line(text, "Status",
           paint(status, tone_of_status(status), look.colour) +
               (secondary == status || secondary.empty() ? "" : " (" + secondary + ")"));
  add_line(text, "Reason", text_at(job, "FailureReason"));
  add_line(text, "Image", text_at(object_at(job, "AlgorithmSpecification"), "TrainingImage"));
  add_line(text, "Instances", instances(job));
  if (const auto created = time_at(job, "CreationTime")) {
    add_line(text, "Created",
             fmt::format("{} ({})", to_iso8601(*created), age_text(now - *created)));
  }
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
      const json::object& source =
          object_at(object_at(channel.as_object(), "DataSource"), "S3DataSource");
      table.add({{text_at(channel.as_object(), "ChannelName")}, {text_at(source, "S3Uri")}});
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
