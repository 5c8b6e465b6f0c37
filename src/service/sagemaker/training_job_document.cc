#include "service/sagemaker/training_job_document.h"

#include <cmath>

#include "job/spec_builder.h"
#include "job/transitions.h"

namespace sagebrush::service::sagemaker {
namespace {

namespace json = boost::json;
using job::TrainingJob;

void set_default(json::object& object, const char* name, json::value value) {
  if (!object.contains(name)) object[name] = std::move(value);
}

json::object& structure(json::object& object, const char* name) {
  json::value& value = object[name];
  if (!value.is_object()) value.emplace_object();
  return value.get_object();
}

// What AWS answers for members that the request left out.
void add_defaults(json::object& out) {
  set_default(out, "EnableNetworkIsolation", false);
  set_default(out, "EnableInterContainerTrafficEncryption", false);
  set_default(out, "EnableManagedSpotTraining", false);
  set_default(structure(out, "AlgorithmSpecification"), "EnableSageMakerMetricsTimeSeries", false);
  // The SDK's Estimator.attach reads it without asking whether it is there.
  set_default(structure(out, "OutputDataConfig"), "KmsKeyId", "");
  set_default(structure(out, "StoppingCondition"), "MaxRuntimeInSeconds", 86400);
  const auto channels = out.find("InputDataConfig");
  if (channels == out.end()) return;
  for (auto& channel : channels->value().as_array()) {
    json::object& config = channel.as_object();
    set_default(config, "CompressionType", "None");
    set_default(config, "RecordWrapperType", "None");
    auto* data = config["DataSource"].if_object();
    auto* s3 =
        data && data->contains("S3DataSource") ? data->at("S3DataSource").if_object() : nullptr;
    if (s3) set_default(*s3, "S3DataDistributionType", "FullyReplicated");
  }
}

json::object show(const job::PoolView& pool) {
  json::object out{{"Status", pool.status}};
  if (pool.retained_seconds) out["ResourceRetainedBillableTimeInSeconds"] = *pool.retained_seconds;
  if (!pool.reused_by.empty()) out["ReusedByJob"] = pool.reused_by;
  return out;
}

// waiting_for: the present sentence in place of the one that was stored when it last changed.
json::array transitions_of(const TrainingJob& job, const std::string& waiting_for) {
  json::array all;
  for (const auto& transition : job.transitions) {
    json::object entry{{"Status", job::to_string(transition.status)},
                       {"StartTime", to_seconds(transition.start)},
                       {"StatusMessage", transition.message}};
    if (!waiting_for.empty() && &transition == &job.transitions.back()) {
      entry["StatusMessage"] = job::waiting_message(job, waiting_for);
    }
    if (transition.end) entry["EndTime"] = to_seconds(*transition.end);
    all.push_back(std::move(entry));
  }
  return all;
}

json::array final_metrics_of(const TrainingJob& job) {
  json::array all;
  for (const auto& metric : job.final_metrics) {
    all.push_back({{"MetricName", metric.name},
                   {"Value", metric.value},
                   {"Timestamp", to_seconds(metric.time)}});
  }
  return all;
}

// There is no bill here: spot time counts for less, as a cloud's does, so that what interruptions
// cost and spot saves can be seen in its own terms.
std::int64_t billable_seconds(const TrainingJob& job, Time now, double spot_discount) {
  const auto seconds = job::training_seconds(job, now);
  if (!job.is_spot()) return seconds;
  return std::llround(std::ceil(static_cast<double>(seconds) * (1 - spot_discount)));
}

void add_times(const TrainingJob& job, Time now, double spot_discount, json::object& out) {
  out["CreationTime"] = to_seconds(job.created);
  out["LastModifiedTime"] = to_seconds(job.modified);
  if (job.training_start) out["TrainingStartTime"] = to_seconds(*job.training_start);
  if (job.training_end) out["TrainingEndTime"] = to_seconds(*job.training_end);
  if (job.training_start && is_final(job.status)) {
    out["TrainingTimeInSeconds"] = job::training_seconds(job, now);
    out["BillableTimeInSeconds"] = billable_seconds(job, now, spot_discount);
  }
}

}  // namespace

json::object describe(const TrainingJob& job, const Surroundings& around) {
  json::object out = job.request;
  out.erase("Tags");
  add_defaults(out);
  out["TrainingJobName"] = job.name;
  out["TrainingJobArn"] = job.arn;
  out["TrainingJobStatus"] = job::to_string(job.status);
  out["SecondaryStatus"] = job::to_string(job.secondary);
  out["SecondaryStatusTransitions"] = transitions_of(job, around.waiting_for);
  add_times(job, around.now, around.spot_discount, out);
  if (around.pool) out["WarmPoolStatus"] = show(*around.pool);
  // AWS names the artifact's place from the start of the upload on; here once it is there.
  if (!job.artifact.empty()) out["ModelArtifacts"] = {{"S3ModelArtifacts", job.artifact}};
  if (!job.final_metrics.empty()) out["FinalMetricDataList"] = final_metrics_of(job);
  if (!job.failure_reason.empty()) out["FailureReason"] = job.failure_reason;
  return out;
}

json::object summarise(const TrainingJob& job, const std::optional<job::PoolView>& pool) {
  json::object out{{"TrainingJobName", job.name},
                   {"TrainingJobArn", job.arn},
                   {"CreationTime", to_seconds(job.created)},
                   {"LastModifiedTime", to_seconds(job.modified)},
                   {"TrainingJobStatus", job::to_string(job.status)},
                   {"SecondaryStatus", job::to_string(job.secondary)}};
  if (job.training_end) out["TrainingEndTime"] = to_seconds(*job.training_end);
  if (pool) out["WarmPoolStatus"] = show(*pool);
  return out;
}

}  // namespace sagebrush::service::sagemaker
