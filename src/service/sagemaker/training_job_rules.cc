#include "service/sagemaker/training_job_rules.h"

#include <set>
#include <string>

#include "aws/aws_error.h"
#include "base/error.h"
#include "job/host_plan.h"
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

// The hosts that one ResourceConfig or one of its InstanceGroups asks for.
std::int64_t check_instances(const json::object& of, const std::string& where) {
  const std::int64_t count = integer_at(of, "InstanceCount", 0);
  if (count < 1) refuse("You must specify an InstanceCount of 1 or more in " + where + ".");
  if (text_at(of, "InstanceType").empty()) {
    refuse("You must specify InstanceType in " + where + ".");
  }
  return count;
}

std::int64_t check_groups(const json::object& resources, const json::array& groups) {
  for (const char* member : {"InstanceType", "InstanceCount"}) {
    if (resources.contains(member)) {
      refuse("You must specify either InstanceGroups or " + std::string(member) +
             " in ResourceConfig, but not both.");
    }
  }
  std::set<std::string> names;
  std::int64_t count = 0;
  for (const auto& group : groups) {
    const std::string name = text_at(group.as_object(), "InstanceGroupName");
    if (!names.insert(name).second) {
      refuse("Each instance group must have a unique name; '" + name + "' is given twice.");
    }
    count += check_instances(group.as_object(), "instance group '" + name + "'");
  }
  return count;
}

void check_resources(const json::object& resources) {
  const auto* groups = resources.if_contains("InstanceGroups");
  const bool grouped = groups && groups->is_array() && !groups->get_array().empty();
  const std::int64_t count = grouped ? check_groups(resources, groups->get_array())
                                     : check_instances(resources, "ResourceConfig");
  if (count > job::kMostHosts) {
    refuse("The job asks for " + std::to_string(count) + " instances; " +
           std::to_string(job::kMostHosts) + " are the most that one job may have.");
  }
}

// A channel may be restricted to instance groups; each that it names must be there.
void check_channel_groups(const json::object& request) {
  std::set<std::string> names;
  for (const auto& host : job::wanted_hosts(request)) names.insert(host.group);
  const auto* channels = request.if_contains("InputDataConfig");
  if (!channels || !channels->is_array()) return;
  for (const auto& channel : channels->get_array()) {
    const auto* data = object_at(channel.as_object(), "DataSource");
    const auto* s3 = data ? object_at(*data, "S3DataSource") : nullptr;
    if (!s3) continue;
    for (const auto& name : job::texts_at(*s3, "InstanceGroupNames")) {
      if (names.contains(name)) continue;
      refuse("InstanceGroupNames of channel '" + text_at(channel.as_object(), "ChannelName") +
             "' names '" + name + "', which is none of the job's instance groups.");
    }
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
  check_channel_groups(request);
  check_s3_uri(text_at(*object_at(request, "OutputDataConfig"), "S3OutputPath"),
               "OutputDataConfig.S3OutputPath");
  if (const auto* checkpoints = object_at(request, "CheckpointConfig")) {
    check_s3_uri(text_at(*checkpoints, "S3Uri"), "CheckpointConfig.S3Uri");
  }
  check_times(request);
}

}  // namespace sagebrush::service::sagemaker
