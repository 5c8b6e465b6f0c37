#include "cli/job_request.h"

#include <boost/json/array.hpp>

namespace sagebrush::cli {
namespace {

namespace json = boost::json;

json::object text_map(const std::map<std::string, std::string>& map) {
  json::object object;
  for (const auto& [key, value] : map) object[key] = value;
  return object;
}

json::object channel(const std::string& name, const std::string& uri) {
  return {{"ChannelName", name},
          {"DataSource",
           {{"S3DataSource",
             {{"S3DataType", "S3Prefix"},
              {"S3Uri", uri},
              {"S3DataDistributionType", "FullyReplicated"}}}}},
          {"InputMode", "File"}};
}

}  // namespace

json::object to_json(const JobRequest& request) {
  json::object algorithm{{"TrainingImage", request.image}, {"TrainingInputMode", "File"}};
  if (!request.entrypoint.empty()) {
    algorithm["ContainerEntrypoint"] =
        json::array(request.entrypoint.begin(), request.entrypoint.end());
  }
  if (!request.arguments.empty()) {
    algorithm["ContainerArguments"] =
        json::array(request.arguments.begin(), request.arguments.end());
  }
  json::object object{{"TrainingJobName", request.name},
                      {"AlgorithmSpecification", std::move(algorithm)},
                      {"RoleArn", request.role},
                      {"OutputDataConfig", {{"S3OutputPath", request.output}}},
                      {"ResourceConfig",
                       {{"InstanceType", request.instance_type},
                        {"InstanceCount", request.instance_count},
                        {"VolumeSizeInGB", request.volume_size_gb}}},
                      {"StoppingCondition", {{"MaxRuntimeInSeconds", request.max_run_seconds}}}};
  if (!request.metrics.empty()) {
    json::array definitions;
    for (const auto& [name, regex] : request.metrics) {
      definitions.push_back({{"Name", name}, {"Regex", regex}});
    }
    object["AlgorithmSpecification"].as_object()["MetricDefinitions"] = std::move(definitions);
  }
  if (request.spot) {
    object["EnableManagedSpotTraining"] = true;
    object["StoppingCondition"].as_object()["MaxWaitTimeInSeconds"] =
        request.max_wait_seconds > 0 ? request.max_wait_seconds : request.max_run_seconds;
  }
  if (!request.checkpoint.empty()) object["CheckpointConfig"] = {{"S3Uri", request.checkpoint}};
  if (!request.tags.empty()) {
    json::array tags;
    for (const auto& [key, value] : request.tags) tags.push_back({{"Key", key}, {"Value", value}});
    object["Tags"] = std::move(tags);
  }
  if (!request.hyperparameters.empty())
    object["HyperParameters"] = text_map(request.hyperparameters);
  if (!request.environment.empty()) object["Environment"] = text_map(request.environment);
  if (!request.inputs.empty()) {
    json::array channels;
    for (const auto& [name, uri] : request.inputs) channels.push_back(channel(name, uri));
    object["InputDataConfig"] = std::move(channels);
  }
  return object;
}

}  // namespace sagebrush::cli
