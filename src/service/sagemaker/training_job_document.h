#pragma once

#include <boost/json.hpp>

#include "base/time.h"
#include "job/engine.h"
#include "job/training_job.h"

namespace sagebrush::service::sagemaker {

// DescribeTrainingJob's answer in canonical JSON: every member of the request as it came (but Tags,
// which have calls of their own), the defaults that AWS shows, and what the job has become. No
// member is null or an empty structure: clients choke on those.
struct Surroundings {
  Time now;
  double spot_discount = 0;
  std::optional<job::PoolView> pool;
  std::string waiting_for;  // "" for a job that does not wait
};
boost::json::object describe(const job::TrainingJob& job, const Surroundings& around);

// One of ListTrainingJobs' summaries.
boost::json::object summarise(const job::TrainingJob& job,
                              const std::optional<job::PoolView>& pool);

}  // namespace sagebrush::service::sagemaker
