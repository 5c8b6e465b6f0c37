#include "service/sagemaker/training_job_rules.h"

#include <set>
#include <string>

#include "aws/aws_error.h"
#include "base/error.h"
#include "job/host_plan.h"
#include "job/inputs.h"
#include "job/job_view.h"
#include "job/metric_pattern.h"
#include "job/request_json.h"
#include "service/sagemaker/instance_rules.h"
#include "service/sagemaker/tag_rules.h"

namespace sagebrush::service::sagemaker {
namespace {

namespace json = boost::json;
using job::integer_at;
using job::object_at;
using job::text_at;

constexpr std::int64_t kLongestRun = 28 * 24 * 60 * 60;  // SageMaker's

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
}

void check_file_system(const json::object& folder, const std::string& name, const std::string& mode,
                       const job::FileSystems& file_systems) {
  const std::string id = text_at(folder, "FileSystemId");
  const auto system = file_systems.find(id);
  if (system == file_systems.end()) {
    refuse("FileSystemId '" + id + "' of channel '" + name +
           "' is not a file system of this server. The operator maps ids to folders in its "
           "configuration (file_systems).");
  }
  if (mode != "File") {
    refuse("FileSystemDataSource of channel '" + name + "' needs InputMode File, not " + mode +
           ".");
  }
  try {
    job::path_in_file_system(system->second, text_at(folder, "FileSystemType"),
                             text_at(folder, "DirectoryPath"));
  } catch (const Error& error) {
    refuse(std::string(error.what()) + " (channel '" + name + "').");
  }
}

void check_metrics(const json::object& request) {
  const auto definitions = job::metric_definitions_of(request);
  std::set<std::string> names;
  for (const auto& definition : definitions) {
    if (!names.insert(definition.name).second) {
      refuse("AlgorithmSpecification.MetricDefinitions: the metric '" + definition.name +
             "' is defined twice.");
    }
  }
  try {
    job::MetricPatterns compiled(definitions);
  } catch (const Error& error) {
    refuse(std::string("AlgorithmSpecification.MetricDefinitions: ") + error.what());
  }
}

void check_objects(const json::object& channel, const json::object& s3, const std::string& name,
                   const std::string& mode) {
  check_s3_uri(text_at(s3, "S3Uri"), "S3Uri of channel '" + name + "'");
  if (mode != "Pipe" && text_at(channel, "RecordWrapperType") == "RecordIO") {
    refuse("RecordWrapperType 'RecordIO' of channel '" + name + "' is for Pipe mode only; in " +
           mode + " mode leave it out or set it to None.");
  }
  if (mode == "Pipe" && text_at(s3, "S3DataType") == "AugmentedManifestFile" &&
      job::texts_at(s3, "AttributeNames").empty()) {
    refuse("Channel '" + name +
           "' reads an augmented manifest through a pipe: AttributeNames must say what of each "
           "line is delivered.");
  }
}

void check_channel(const json::object& channel, const std::string& mode,
                   const job::FileSystems& file_systems) {
  const std::string name = text_at(channel, "ChannelName");
  const auto* data = object_at(channel, "DataSource");
  const auto* s3 = data ? object_at(*data, "S3DataSource") : nullptr;
  const auto* folder = data ? object_at(*data, "FileSystemDataSource") : nullptr;
  if ((s3 != nullptr) == (folder != nullptr)) {
    refuse("DataSource of channel '" + name +
           "' must have an S3DataSource or a FileSystemDataSource" + (s3 ? ", not both." : "."));
  }
  if (folder) {
    check_file_system(*folder, name, mode, file_systems);
  } else {
    check_objects(channel, *s3, name, mode);
  }
}

// The pipes of channel "a" are a_0, a_1, …: no other channel can have such a name.
void check_pipe_name(const std::string& pipe, const std::set<std::string>& names) {
  for (const std::string& name : names) {
    if (name.size() > pipe.size() + 1 && name.starts_with(pipe + "_") &&
        name.find_first_not_of("0123456789", pipe.size() + 1) == std::string::npos) {
      refuse("The name of channel '" + name + "' is that of a pipe of channel '" + pipe + "'.");
    }
  }
}

void check_channels(const json::object& request, const job::FileSystems& file_systems) {
  const auto* channels = request.if_contains("InputDataConfig");
  if (!channels || !channels->is_array()) return;
  const std::string job_mode =
      text_at(*object_at(request, "AlgorithmSpecification"), "TrainingInputMode", "File");
  std::set<std::string> names, pipes;
  for (const auto& channel : channels->get_array()) {
    const std::string mode = text_at(channel.as_object(), "InputMode", job_mode);
    check_channel(channel.as_object(), mode, file_systems);
    const std::string name = text_at(channel.as_object(), "ChannelName");
    if (!names.insert(name).second) {
      refuse("Each channel must have a unique name; '" + name + "' is given twice.");
    }
    if (mode == "Pipe") pipes.insert(name);
  }
  for (const std::string& pipe : pipes) check_pipe_name(pipe, names);
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

bool is_spot_job(const json::object& request) {
  const auto* spot = request.if_contains("EnableManagedSpotTraining");
  return spot && spot->is_bool() && spot->get_bool();
}

void check_rehearsal(const json::object& request, bool is_spot) {
  const std::string after = job::tag_of(request, job::kInterruptAfterTag);
  if (after.empty()) return;
  if (!is_spot) {
    refuse(std::string("The tag ") + job::kInterruptAfterTag +
           " rehearses interruptions of managed spot training: set EnableManagedSpotTraining.");
  }
  try {
    job::parse_interruptions(after);
  } catch (const Error& error) {
    refuse(std::string("The tag ") + error.what() + ".");
  }
}

void check_times(const json::object& request) {
  const auto* condition = object_at(request, "StoppingCondition");
  if (!condition) return;
  const std::int64_t run = integer_at(*condition, "MaxRuntimeInSeconds", 86400);
  const std::int64_t wait = integer_at(*condition, "MaxWaitTimeInSeconds", 0);
  const bool is_spot = is_spot_job(request);
  check_rehearsal(request, is_spot);
  if (run > kLongestRun) {
    refuse("Invalid MaxRuntimeInSeconds " + std::to_string(run) +
           ". It must be less than or equal to " + std::to_string(kLongestRun) + " (28 days).");
  }
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

void check_training_job(const json::object& request, const job::FileSystems& file_systems) {
  check_algorithm(*object_at(request, "AlgorithmSpecification"));
  check_metrics(request);
  check_channels(request, file_systems);
  check_instances(*object_at(request, "ResourceConfig"));
  check_channel_groups(request);
  check_s3_uri(text_at(*object_at(request, "OutputDataConfig"), "S3OutputPath"),
               "OutputDataConfig.S3OutputPath");
  if (const auto* checkpoints = object_at(request, "CheckpointConfig")) {
    check_s3_uri(text_at(*checkpoints, "S3Uri"), "CheckpointConfig.S3Uri");
  }
  check_warm_pool(request);
  check_times(request);
  check_tags(request);
}

void check_warm_pool(const json::object& request) {
  const auto& resources = *object_at(request, "ResourceConfig");
  if (integer_at(resources, "KeepAlivePeriodInSeconds", 0) == 0) return;
  if (is_spot_job(request)) {
    refuse("KeepAlivePeriodInSeconds: managed spot training keeps no warm pool; leave one out.");
  }
  if (resources.contains("InstanceGroups")) {
    refuse("KeepAlivePeriodInSeconds: jobs with InstanceGroups keep no warm pool.");
  }
}

}  // namespace sagebrush::service::sagemaker
