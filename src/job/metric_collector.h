#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent_protocol/log_batch.h"
#include "agent_protocol/usage.h"
#include "job/metric_pattern.h"
#include "job/progress.h"
#include "job/training_job.h"

namespace sagebrush {
class Clock;
namespace store {
class Metrics;
}
}  // namespace sagebrush

namespace sagebrush::job {

inline constexpr const char* kTrainingMetrics = "/aws/sagemaker/TrainingJobs";
// Progress and RemainingTime of jobs: ours, beside the names that SageMaker has.
inline constexpr const char* kProgressMetrics = "Sagebrush/TrainingJobs";

// Makes metrics of what running jobs print and use. Each log line is looked at once, whatever is
// sent again and whoever is started again: how far a stream has been read is stored with the points
// that came of it. Safe for use by any thread.
class MetricCollector {
 public:
  MetricCollector(store::Metrics& metrics, const Clock& clock) : metrics_(metrics), clock_(clock) {}

  // Lines first… of a stream of the job's, in order; they are in the log already. Answers the
  // number wanted next: lines before it are not looked at again.
  std::uint64_t take_lines(const TrainingJob& job, const std::string& stream,
                           const agent_protocol::LogBatch& batch);
  void take_usage(const TrainingJob& job, const std::string& host,
                  const agent_protocol::UsageBatch& batch);

  // The last value of each metric that the job's log has had.
  std::vector<FinalMetric> final_metrics(const std::string& job_id);
  // The job is final, or nobody knows it.
  void forget(const std::string& job_id);
  // Forgets all jobs but these.
  void keep_only(const std::vector<std::string>& job_ids);

 private:
  struct Stream {
    std::mutex taking;  // one batch at a time, held while it is stored
    std::mutex mutex;   // of what readers see, held for a moment
    std::uint64_t next = 0;
    std::map<std::string, FinalMetric> finals;
    Progress progress;
    double epochs = 0;
    std::shared_ptr<const MetricPatterns> patterns;
  };
  std::shared_ptr<Stream> find(const std::string& job_id, const std::string& stream,
                               const TrainingJob* job);
  std::vector<std::shared_ptr<Stream>> streams_of(const std::string& job_id);
  void add_progress(const TrainingJob& job, std::int64_t time_s);

  store::Metrics& metrics_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Stream>> streams_;  // "<job id>/<stream>"
};

}  // namespace sagebrush::job
