#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/hyperparameters.h"

namespace sagebrush::cli {

inline constexpr const char* kBuiltInImage = "sagebrush/image-classification:latest";
inline constexpr const char* kHostImage = "sagebrush/host:latest";
inline constexpr const char* kDefaultInstanceType = "ml.m5.xlarge";

// All that one CreateTrainingJob needs, decided: no path of this machine is left in it.
struct JobRequest {
  std::string name;
  std::string image = kBuiltInImage;
  std::vector<std::string> entrypoint;
  std::vector<std::string> arguments;
  Hyperparameters hyperparameters;
  std::map<std::string, std::string> inputs;  // channel → s3://…
  std::string output;                         // s3://…
  std::string role;
  std::string instance_type = kDefaultInstanceType;
  std::int64_t instance_count = 1;
  std::int64_t volume_size_gb = 30;
  std::int64_t max_run_seconds = 86400;
  std::map<std::string, std::string> environment;
  std::vector<std::pair<std::string, std::string>> metrics;  // name and regex
  std::map<std::string, std::string> tags;
  bool spot = false;
  std::int64_t max_wait_seconds = 0;  // 0: as max_run_seconds
  std::string checkpoint;             // s3://…
};

// The request as the API has it; empty parts are left out.
boost::json::object to_json(const JobRequest& request);

}  // namespace sagebrush::cli
