#include "service/sagemaker/training_job_rules.h"

#include <set>
#include <string>

#include "aws/aws_error.h"
#include "base/error.h"
#include "job/inputs.h"
#include "job/request_json.h"

namespace sagebrush::service::sagemaker {
namespace {

namespace json = boost::json;
using job::integer_at;
using job::object_at;
using job::text_at;

[[noreturn]] void refuse(const std::string& message) {
  throw aws::AwsError("ValidationException", 400, message);
}

void check_s3_uri(const std::string& uri, const std::string& member) {
  try {
    job::parse_s3_uri(uri);
  } catch (const Error& error) {
    refuse(member + ": " + error.what());
  }
}

void check_algorithm(const json::object& algorithm) {
  const bool image = !text_at(algorithm, "TrainingImage").empty();
  const bool name = !text_at(algorithm, "AlgorithmName").empty();
  if (image == name) {
    refuse(
        image
            ? "You must specify either AlgorithmName or TrainingImage, but not both."
            : "You must specify either AlgorithmName or TrainingImage in AlgorithmSpecification.");
  }
  if (text_at(algorithm, "TrainingInputMode") == "Pipe") {
    refuse(
        "AlgorithmSpecification.TrainingInputMode 'Pipe' is not served yet; use File or FastFile.");
  }
}

void check_channel(const json::object& channel) {
  const std::string name = text_at(channel, "ChannelName");
  if (text_at(channel, "InputMode") == "Pipe") {
    refuse("InputMode 'Pipe' of channel '" + name + "' is not served yet; use File or FastFile.");
  }
  if (text_at(channel, "RecordWrapperType") == "RecordIO") {
    refuse("RecordWrapperType 'RecordIO' of channel '" + name + "' is not served yet; use None.");
  }
  const auto* data = object_at(channel, "DataSource");
  const auto* s3 = data ? object_at(*data, "S3DataSource") : nullptr;
  if (data && object_at(*data, "FileSystemDataSource")) {
    refuse("FileSystemDataSource of channel '" + name + "' is not served yet; use S3DataSource.");
  }
  if (!s3) refuse("DataSource of channel '" + name + "' must have an S3DataSource.");
  check_s3_uri(text_at(*s3, "S3Uri"), "S3Uri of channel '" + name + "'");
}

void check_channels(const json::object& request) {
  const auto* channels = request.if_contains("InputDataConfig");
  if (!channels || !channels->is_array()) return;
  std::set<std::string> names;
  for (const auto& channel : channels->get_array()) {
    check_channel(channel.as_object());
    const std::string name = text_at(channel.as_object(), "ChannelName");
    if (!names.insert(name).second) {
      refuse("Each channel must have a unique name; '" + name + "' is given twice.");
    }
  }
}

void check_resources(const json::object& resources) {
  if (resources.contains("InstanceGroups")) {
    refuse("ResourceConfig.InstanceGroups is not served yet; name InstanceType and InstanceCount.");
  }
  const std::int64_t count = integer_at(resources, "InstanceCount", 0);
  if (count < 1) refuse("You must specify an InstanceCount of 1 or more in ResourceConfig.");
  if (count > 1) {
    refuse("ResourceConfig.InstanceCount " + std::to_string(count) +
           ": jobs of several instances are not served yet; use 1.");
  }
  if (text_at(resources, "InstanceType").empty()) {
    refuse("You must specify InstanceType in ResourceConfig.");
  }
}

void check_times(const json::object& request) {
  const auto* condition = object_at(request, "StoppingCondition");
  if (!condition) return;
  const std::int64_t run = integer_at(*condition, "MaxRuntimeInSeconds", 86400);
  const std::int64_t wait = integer_at(*condition, "MaxWaitTimeInSeconds", 0);
  const auto* spot = request.if_contains("EnableManagedSpotTraining");
  const bool is_spot = spot && spot->is_bool() && spot->get_bool();
  if (wait > 0 && !is_spot) {
    refuse(
        "Invalid MaxWaitTimeInSeconds. It can be specified only when EnableManagedSpotTraining is "
        "set to true.");
  }
  if (is_spot && wait < run) {
    refuse(
        "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to "
        "MaxRuntimeInSeconds (" +
        std::to_string(run) + ").");
  }
}

}  // namespace

void check_training_job(const json::object& request) {
  check_algorithm(*object_at(request, "AlgorithmSpecification"));
  check_channels(request);
  check_resources(*object_at(request, "ResourceConfig"));
  check_s3_uri(text_at(*object_at(request, "OutputDataConfig"), "S3OutputPath"),
               "OutputDataConfig.S3OutputPath");
  if (const auto* checkpoints = object_at(request, "CheckpointConfig")) {
    check_s3_uri(text_at(*checkpoints, "S3Uri"), "CheckpointConfig.S3Uri");
  }
  check_times(request);
}

}  // namespace sagebrush::service::sagemaker
