#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "job/quota_table.h"
#include "job/scheduler.h"
#include "job/training_job.h"
#include "store/jobs.h"

namespace sagebrush::job {

// SageMaker's words (WarmPoolStatus) for what became of a finished job's pool; InUse is a job that
// has not finished.
enum class PoolStatus { kAvailable, kReused, kTerminated };
std::string to_string(PoolStatus status);

// One finished job's pool, over its whole life.
struct PoolRecord {
  WarmPool pool;
  std::string job_name;
  Time since;
  std::optional<Time> ended = {};  // absent while it is available
  PoolStatus status = PoolStatus::kAvailable;
  std::string reused_by = {};  // the job's name

  std::int64_t retained_seconds(Time now) const;
};

// What two jobs must have in common for one to take over the other's pool, as SageMaker has it:
// role, instances, volume, network. "" for a job that can have none: a spot job, and one of several
// groups.
std::string pool_key(const boost::json::object& request);
// KeepAlivePeriodInSeconds; zero without.
std::chrono::seconds keep_alive(const boost::json::object& request);

// Room that finished jobs keep for the next of their kind. Every change is in the database before
// anyone sees it here. Safe for use by any thread.
class WarmPools {
 public:
  explicit WarmPools(store::Jobs& rows) : rows_(rows) {}

  void load();
  // A job that completed keeps its share from now on.
  void open(const TrainingJob& job, const Share& share, Time now);
  std::vector<WarmPool> available() const;
  std::vector<QuotaDemand> demands() const;  // what those hold of quotas
  // No-op for one that is not available any more.
  void close(const std::string& job_id, PoolStatus status, const std::string& reused_by, Time now);
  // The job `taker` takes it over: it is closed by what `write` commits, which gets nullopt for one
  // that is not available any more. What `write` throws comes out, and the pool is as it was.
  void hand_over(const std::string& job_id, const std::string& taker, Time now,
                 const std::function<void(const std::optional<store::PoolRow>&)>& write);
  // Throws Error{kConflict} when it is not available any more.
  void keep_until(const std::string& job_id, Time until);
  std::optional<PoolRecord> find(const std::string& job_id) const;

 private:
  void store(const PoolRecord& record);

  store::Jobs& rows_;
  mutable std::mutex mutex_;
  std::map<std::string, PoolRecord> available_;  // by job id
};

}  // namespace sagebrush::job
