#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "job/training_job.h"
#include "store/jobs.h"

namespace sagebrush::job {

inline constexpr const char* kTrainingKind = "training";

store::JobRow to_row(const TrainingJob& job);
TrainingJob from_row(const store::JobRow& row);

// The unfinished training jobs: what the database holds of them, kept in memory too. Every change
// is in the database before anyone sees it here. Safe for use by any thread.
class LiveJobs {
 public:
  using JobPtr = std::shared_ptr<const TrainingJob>;

  explicit LiveJobs(store::Jobs& jobs) : jobs_(jobs) {}

  // before: may still change a job that becomes final; after: it is final, and no longer here.
  void on_final(std::function<void(TrainingJob&)> before,
                std::function<void(const TrainingJob&)> after) {
    before_final_ = std::move(before);
    after_final_ = std::move(after);
  }
  void load();
  // Throws Error{kAlreadyExists}.
  void add(TrainingJob job);
  // Runs `change` on a copy and commits it, one change of a job at a time; what `change` throws
  // comes out and nothing is changed. A job that became final is no longer here afterwards. Throws
  // Error{kNotFound} when the job is not unfinished. pool: written with it, both or neither.
  JobPtr update(const std::string& id, const std::function<void(TrainingJob&)>& change,
                const std::optional<store::PoolRow>& pool = {});
  JobPtr find(const std::string& id) const;          // null when not unfinished
  JobPtr find_named(const std::string& name) const;  // likewise
  std::vector<JobPtr> all() const;                   // in the order of their creation

 private:
  struct Entry {
    std::mutex changing;
    JobPtr job;
  };
  void keep(TrainingJob job);

  store::Jobs& jobs_;
  std::function<void(TrainingJob&)> before_final_;
  std::function<void(const TrainingJob&)> after_final_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Entry>> by_id_;
  std::map<std::pair<Time, std::string>, std::string> order_;  // (created, name) → id
};

}  // namespace sagebrush::job
