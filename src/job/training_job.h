#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "job/attempt.h"
#include "job/status.h"

namespace sagebrush::job {

struct Transition {
  SecondaryStatus status = SecondaryStatus::kStarting;
  Time start;
  std::optional<Time> end;  // open: the present one
  std::string message;
};

// The last value that a metric's regex found in the job's log.
struct FinalMetric {
  std::string name;
  double value = 0;
  Time time;
};

// A training job: plain data, changed only by job/transitions.h, kept as JSON in store::Jobs.
struct TrainingJob {
  std::string id;  // unique for ever
  std::string name;
  std::string arn;
  std::string region;
  boost::json::object request;  // CreateTrainingJob as validated, every member that came
  Status status = Status::kInProgress;
  SecondaryStatus secondary = SecondaryStatus::kStarting;
  std::vector<Transition> transitions;
  Time created;
  Time modified;
  std::optional<Time> training_start;  // staging begins
  std::optional<Time> training_end;    // after the upload; for Failed, when the failure was seen
  std::string failure_reason;
  std::vector<FinalMetric> final_metrics;  // of a final job
  std::string artifact;                    // s3://…/model.tar.gz
  std::optional<Attempt> attempt;          // absent while waiting for room
  int attempts_made = 0;
  int interruptions = 0;                 // attempts among them that made room for others
  std::chrono::milliseconds trained{0};  // in attempts that are over
  std::optional<StopOrder> stop;
  std::int64_t version = 1;

  std::string instance_type() const;  // "ml.m5.xlarge" when nothing is named
  std::chrono::seconds max_runtime() const;
  bool is_spot() const;
  // Since its creation; absent without a limit.
  std::optional<std::chrono::seconds> max_wait() const;     // of a spot job
  std::optional<std::chrono::seconds> max_pending() const;  // until its first start
  int most_attempts() const;  // 1 + RetryStrategy.MaximumRetryAttempts
};

boost::json::object to_json(const TrainingJob& job);
boost::json::object to_json(const FinalMetric& metric);
FinalMetric final_metric_from_json(const boost::json::object& object);
TrainingJob training_job_from_json(const boost::json::object& object);

}  // namespace sagebrush::job
