#include "job/spec_builder.h"

#include <algorithm>

#include "base/error.h"
#include "job/log_rules.h"
#include "job/request_json.h"

namespace sagebrush::job {

std::chrono::seconds peer_grace(const SpecSettings& settings) {
  return std::min(settings.stop_grace, std::chrono::seconds(15));
}

std::string log_stream(const TrainingJob& job, const std::string& host) {
  return job.name + "/" + host + "-" + job.attempt.value().log_stream_suffix;
}

std::string output_uri(const TrainingJob& job) {
  const auto* config = object_at(job.request, "OutputDataConfig");
  std::string uri = config ? text_at(*config, "S3OutputPath") : "";
  while (uri.ends_with('/')) uri.pop_back();
  return uri + "/" + job.name + "/output";
}

agent_protocol::Spec build_spec(const TrainingJob& job, const Host& host,
                                const SpecSettings& settings, const agent_protocol::Image& image,
                                const agent_protocol::Access& access, const std::string& notice) {
  const Attempt& attempt = job.attempt.value();
  agent_protocol::Spec spec;
  spec.job_id = job.id;
  spec.job_name = job.name;
  spec.job_arn = job.arn;
  spec.attempt = attempt.number;
  spec.host = host.name;
  spec.instance_type = host.instance_type;
  for (const auto& each : attempt.hosts) {
    spec.hosts.push_back({each.name, each.instance_type, each.group});
  }
  spec.region = job.region;
  spec.account = settings.account;
  spec.access = access;
  spec.access.server_url = settings.server_url;
  spec.access.ca_file = settings.ca_file;
  spec.access.token = attempt.token;
  spec.image = image;
  spec.limits = {host.share.cpus, host.share.cpu_set, host.share.memory_bytes, host.share.gpus};
  spec.log_group = kTrainingLogGroup;
  spec.log_stream = log_stream(job, host.name);
  spec.output_uri = output_uri(job);
  spec.blob_directory = settings.blob_directory;
  spec.runtime = settings.runtime;
  spec.python = settings.python;
  spec.notice = notice;
  spec.log_rules = log_rules_of(job.request, settings.log_rules);
  spec.stop_grace = settings.stop_grace;
  spec.layer_cache_bytes = settings.layer_cache_bytes;
  spec.request = job.request;
  return spec;
}

}  // namespace sagebrush::job
