#include "service/sagemaker/training_job_document.h"

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

json::array transitions_of(const TrainingJob& job) {
  json::array all;
  for (const auto& transition : job.transitions) {
    json::object entry{{"Status", job::to_string(transition.status)},
                       {"StartTime", to_seconds(transition.start)},
                       {"StatusMessage", transition.message}};
    if (transition.end) entry["EndTime"] = to_seconds(*transition.end);
    all.push_back(std::move(entry));
  }
  return all;
}

void add_times(const TrainingJob& job, Time now, json::object& out) {
  out["CreationTime"] = to_seconds(job.created);
  out["LastModifiedTime"] = to_seconds(job.modified);
  if (job.training_start) out["TrainingStartTime"] = to_seconds(*job.training_start);
  if (job.training_end) out["TrainingEndTime"] = to_seconds(*job.training_end);
  if (job.training_start && is_final(job.status)) {
    out["TrainingTimeInSeconds"] = job::training_seconds(job, now);
    out["BillableTimeInSeconds"] = job::training_seconds(job, now);
  }
}

}  // namespace

json::object describe(const TrainingJob& job, Time now) {
  json::object out = job.request;
  out.erase("Tags");
  add_defaults(out);
  out["TrainingJobName"] = job.name;
  out["TrainingJobArn"] = job.arn;
  out["TrainingJobStatus"] = job::to_string(job.status);
  out["SecondaryStatus"] = job::to_string(job.secondary);
  out["SecondaryStatusTransitions"] = transitions_of(job);
  add_times(job, now, out);
  // AWS names the artifact's place from the start of the upload on; here once it is there.
  if (!job.artifact.empty()) out["ModelArtifacts"] = {{"S3ModelArtifacts", job.artifact}};
  if (!job.failure_reason.empty()) out["FailureReason"] = job.failure_reason;
  return out;
}

json::object summarise(const TrainingJob& job) {
  json::object out{{"TrainingJobName", job.name},
                   {"TrainingJobArn", job.arn},
                   {"CreationTime", to_seconds(job.created)},
                   {"LastModifiedTime", to_seconds(job.modified)},
                   {"TrainingJobStatus", job::to_string(job.status)},
                   {"SecondaryStatus", job::to_string(job.secondary)}};
  if (job.training_end) out["TrainingEndTime"] = to_seconds(*job.training_end);
  return out;
}

}  // namespace sagebrush::service::sagemaker
