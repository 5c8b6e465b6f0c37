#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sagebrush::cli {

class Cloud;

// What CloudWatch has of running jobs. Each asks in as few calls as it can.

struct JobProgress {
  double percent = 0;
  std::optional<double> remaining_s;
};
// By job name; jobs of which nothing is known are not in it, nor is any when there is no
// CloudWatch.
std::map<std::string, JobProgress> progress_of(Cloud& cloud, const std::vector<std::string>& jobs);
// "45%, 2m left"
std::string progress_text(const JobProgress& progress);

// The latest value of each of one host's metrics: "CPUUtilization" → 150.
struct HostUsage {
  std::string job;
  std::string host;  // "algo-1"
  std::map<std::string, double> values;
};
std::vector<HostUsage> usage_of(Cloud& cloud, const std::vector<std::string>& jobs);

}  // namespace sagebrush::cli
