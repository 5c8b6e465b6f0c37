#pragma once

#include <filesystem>
#include <string>

#include "agent_protocol/spec.h"
#include "job/training_job.h"

namespace sagebrush::job {

inline constexpr const char* kTrainingLogGroup = "/aws/sagemaker/TrainingJobs";

// What is the same in every spec of this server.
struct SpecSettings {
  std::string account;
  std::string server_url;
  std::string ca_file;
  std::string blob_directory;
  std::string runtime = "auto";
  std::string python;
  std::vector<agent_protocol::LogRule> log_rules;
  std::chrono::seconds stop_grace{120};
  std::uint64_t layer_cache_bytes = 50ULL << 30;
};

// How long a host may take to end after another one failed: a rank that waits for a dead one in a
// collective call seldom handles SIGTERM, and nothing it does will count.
std::chrono::seconds peer_grace(const SpecSettings& settings);

// "<job>/algo-1-<suffix>"; needs an attempt.
std::string log_stream(const TrainingJob& job, const std::string& host);
std::string output_uri(const TrainingJob& job);  // "s3://bucket/prefix/<job>/output"

// The spec of one host of the job's present attempt.
agent_protocol::Spec build_spec(const TrainingJob& job, const Host& host,
                                const SpecSettings& settings, const agent_protocol::Image& image,
                                const agent_protocol::Access& access, const std::string& notice);

}  // namespace sagebrush::job
