#include "job/training_job.h"

#include "agent_protocol/json_reader.h"
#include "job/request_json.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;
using agent_protocol::as_object;
using agent_protocol::JsonReader;

constexpr std::chrono::seconds kDefaultMaxRuntime{86400};  // AWS's: one day

json::object to_json(const Transition& transition) {
  json::object out{{"status", to_string(transition.status)},
                   {"start_ms", to_ms(transition.start)},
                   {"message", transition.message}};
  if (transition.end) out["end_ms"] = to_ms(*transition.end);
  return out;
}

Transition transition_from(const json::object& object) {
  const JsonReader in(object);
  return {.status = secondary_status_from_string(in.text("status")),
          .start = in.time("start_ms"),
          .end = in.time_if("end_ms"),
          .message = in.text("message")};
}

std::optional<std::chrono::seconds> limit_at(const json::object& request, const char* name) {
  const auto* condition = object_at(request, "StoppingCondition");
  const std::int64_t limit = condition ? integer_at(*condition, name, 0) : 0;
  if (limit <= 0) return std::nullopt;
  return std::chrono::seconds(limit);
}

}  // namespace

std::string TrainingJob::instance_type() const {
  const auto* resources = object_at(request, "ResourceConfig");
  return resources ? text_at(*resources, "InstanceType", "ml.m5.xlarge") : "ml.m5.xlarge";
}

std::chrono::seconds TrainingJob::max_runtime() const {
  const auto* condition = object_at(request, "StoppingCondition");
  return condition ? std::chrono::seconds(
                         integer_at(*condition, "MaxRuntimeInSeconds", kDefaultMaxRuntime.count()))
                   : kDefaultMaxRuntime;
}

bool TrainingJob::is_spot() const {
  const auto* spot = request.if_contains("EnableManagedSpotTraining");
  return spot && spot->is_bool() && spot->get_bool();
}

std::optional<std::chrono::seconds> TrainingJob::max_wait() const {
  return is_spot() ? limit_at(request, "MaxWaitTimeInSeconds") : std::nullopt;
}

std::optional<std::chrono::seconds> TrainingJob::max_pending() const {
  return limit_at(request, "MaxPendingTimeInSeconds");
}

int TrainingJob::most_attempts() const {
  const auto* strategy = object_at(request, "RetryStrategy");
  return strategy ? 1 + static_cast<int>(integer_at(*strategy, "MaximumRetryAttempts", 0)) : 1;
}

json::object to_json(const FinalMetric& metric) {
  return {{"name", metric.name}, {"value", metric.value}, {"time_ms", to_ms(metric.time)}};
}

FinalMetric final_metric_from_json(const json::object& object) {
  const JsonReader in(object);
  return {.name = in.text("name"),
          .value = object.at("value").to_number<double>(),
          .time = in.time("time_ms")};
}

json::object to_json(const TrainingJob& job) {
  json::array transitions;
  for (const auto& transition : job.transitions) transitions.push_back(to_json(transition));
  json::object out{{"id", job.id},
                   {"name", job.name},
                   {"arn", job.arn},
                   {"region", job.region},
                   {"request", job.request},
                   {"status", to_string(job.status)},
                   {"secondary", to_string(job.secondary)},
                   {"transitions", std::move(transitions)},
                   {"created_ms", to_ms(job.created)},
                   {"modified_ms", to_ms(job.modified)},
                   {"failure_reason", job.failure_reason},
                   {"artifact", job.artifact},
                   {"attempts_made", job.attempts_made},
                   {"interruptions", job.interruptions},
                   {"trained_ms", job.trained.count()}};
  if (!job.final_metrics.empty()) {
    json::array& metrics = out["final_metrics"].emplace_array();
    for (const auto& metric : job.final_metrics) metrics.push_back(to_json(metric));
  }
  if (job.training_start) out["training_start_ms"] = to_ms(*job.training_start);
  if (job.training_end) out["training_end_ms"] = to_ms(*job.training_end);
  if (job.attempt) out["attempt"] = to_json(*job.attempt);
  if (job.stop) out["stop"] = to_json(*job.stop);
  return out;
}

TrainingJob training_job_from_json(const json::object& object) {
  const JsonReader in(object);
  TrainingJob job;
  job.id = in.text("id");
  job.name = in.text("name");
  job.arn = in.text("arn");
  job.region = in.text("region");
  job.request = in.object("request");
  job.status = status_from_string(in.text("status"));
  job.secondary = secondary_status_from_string(in.text("secondary"));
  for (const auto& value : in.array("transitions")) {
    job.transitions.push_back(transition_from(as_object(value, "a transition")));
  }
  if (in.has("final_metrics")) {
    for (const auto& value : in.array("final_metrics")) {
      job.final_metrics.push_back(final_metric_from_json(as_object(value, "a metric")));
    }
  }
  job.created = in.time("created_ms");
  job.modified = in.time("modified_ms");
  job.training_start = in.time_if("training_start_ms");
  job.training_end = in.time_if("training_end_ms");
  job.failure_reason = in.text("failure_reason");
  job.artifact = in.text("artifact");
  job.attempts_made = static_cast<int>(in.integer("attempts_made"));
  job.interruptions = static_cast<int>(in.integer_if("interruptions").value_or(0));
  job.trained = std::chrono::milliseconds(in.integer_if("trained_ms").value_or(0));
  if (in.has("attempt")) {
    job.attempt = attempt_from_json(in.object("attempt"));
    for (auto& host : job.attempt->hosts) {
      if (host.instance_type.empty()) host.instance_type = job.instance_type();
    }
  }
  if (in.has("stop")) job.stop = stop_order_from_json(in.object("stop"));
  return job;
}

}  // namespace sagebrush::job
