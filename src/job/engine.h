#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent_protocol/attempt_folder.h"
#include "job/agent_desk.h"
#include "job/executor.h"
#include "job/finished_jobs.h"
#include "job/image_source.h"
#include "job/image_table.h"
#include "job/inputs.h"
#include "job/instance_catalogue.h"
#include "job/job_image.h"
#include "job/live_jobs.h"
#include "job/metric_collector.h"
#include "job/scheduler.h"
#include "job/spec_builder.h"
#include "job/warm_pools.h"

namespace sagebrush::store {
class Identities;
class Jobs;
class Logs;
class Metrics;
}  // namespace sagebrush::store

namespace sagebrush::job {

struct EngineSettings {
  std::filesystem::path data;  // DATA; job folders are DATA/jobs/<id>
  Capacity capacity;
  std::vector<int> cpus;  // the processors' numbers
  std::vector<int> gpus;  // likewise
  SpecSettings spec;
};

// A job's WarmPoolStatus, as SageMaker shows it.
struct PoolView {
  std::string status;
  std::optional<std::int64_t> retained_seconds;
  std::string reused_by;
};

// Runs training jobs: takes them in, starts attempts as room permits, watches agents, cleans up.
// One thread steers; what it does is decided by pure functions (scheduler.h, transitions.h) on what
// the database says.
class Engine {
 public:
  Engine(EngineSettings settings, store::Jobs& jobs, store::Identities& identities,
         store::Logs& logs, store::Metrics& metrics, ObjectSource source, Executor& executor,
         ImageTable images, ImageSource registry, const Clock& clock);
  ~Engine();

  // Takes up what an earlier server left, then steers until stop().
  void start();
  void stop();
  // One look at everything; start()'s thread takes one after the other.
  void step();

  // Commits the job and returns. job.request, name, arn and region are the caller's. Throws
  // Error{kAlreadyExists}.
  void create(TrainingJob job);
  // As job::look_for_image, now: it may still go before the job starts.
  ImageOutlook look_for_image(const boost::json::object& request) const {
    return job::look_for_image(request, images_, registry_);
  }
  // Throws Error{kNotFound}, or Error{kConflict} when the job is final.
  void order_stop(const std::string& name);
  // Removes a final job's record; logs and objects stay. Throws Error{kNotFound}, Error{kConflict}
  // when the job is not final, Error{kUnavailable} while it has a warm pool or is about to.
  void remove(const std::string& name);
  std::optional<TrainingJob> find(const std::string& name);
  std::vector<LiveJobs::JobPtr> unfinished() const { return jobs_.all(); }
  std::vector<QuotaDemand> warm_pool_demands() const { return pools_.demands(); }
  // Why a job waits, in one sentence; nullopt for one that does not.
  std::optional<std::string> waiting_for(const std::string& job_id) const;

  // --- engine_pools.cc
  // What became of the room that a job was to keep warm; nullopt when it keeps none.
  std::optional<PoolView> warm_pool(const TrainingJob& job) const;
  // UpdateTrainingJob: changes the request of an unfinished job, and the pool of a finished one.
  // Throws Error{kNotFound}, Error{kConflict} when there is nothing left to change.
  void update(const std::string& name, const boost::json::object& changes);
  // FinalMetricDataList, of a job that goes on too.
  std::vector<FinalMetric> final_metrics(const TrainingJob& job);
  AgentDesk& desk() { return desk_; }

 private:
  void run();
  void wake();
  void watch_agents(const std::vector<LiveJobs::JobPtr>& jobs);
  void watch(const LiveJobs::JobPtr& job, const std::string& host);
  void revive(const LiveJobs::JobPtr& job, const std::string& host);
  void schedule(const std::vector<LiveJobs::JobPtr>& jobs);
  void start_attempt(const StartAttempt& start);
  void name_log_streams(TrainingJob& job);
  void place(const LiveJobs::JobPtr& job);
  void write_specs(const TrainingJob& job);
  void start_agent(const LiveJobs::JobPtr& job, const std::string& host);
  void end_attempt(const LiveJobs::JobPtr& job, const agent_protocol::ExitRecord& record);
  void end_host(const LiveJobs::JobPtr& job, const std::string& host,
                const agent_protocol::ExitRecord& record);
  agent_protocol::ExitRecord failure(const std::string& reason, bool infrastructure) const;
  void clean_up();
  void open_pool(const TrainingJob& attempted);
  void find_leftovers();
  void repoint_agents();
  // False when there is none of that name (any more).
  bool change_unfinished(const std::string& name, const std::function<void(TrainingJob&)>& change);
  Snapshot snapshot(const std::vector<LiveJobs::JobPtr>& jobs) const;
  Allotment need_of(const TrainingJob& job) const;
  agent_protocol::AttemptFolder folder_of(const TrainingJob& job, const std::string& host) const;

  // One host of an attempt that is over; its folder goes once no agent works in it.
  struct Closing {
    agent_protocol::AttemptFolder folder;
    std::string job_id;
    int attempt = 0;
    int agent_starts = 0;
    std::string problem = {};  // what kept it from being cleaned at the last look
  };

  EngineSettings settings_;
  store::Jobs& rows_;
  store::Identities& identities_;
  store::Logs& logs_;
  ObjectSource source_;
  Executor& executor_;
  ImageTable images_;
  ImageSource registry_;
  const Clock& clock_;
  LiveJobs jobs_;
  WarmPools pools_;
  FinishedJobs finished_;
  MetricCollector metrics_;
  AgentDesk desk_;

  std::map<std::filesystem::path, Closing> closing_;  // by folder; the engine's thread only
  std::map<std::string, LiveJobs::JobPtr> known_;     // with an attempt, at the last look; likewise
  std::string problem_;  // what kept the last step from its end; likewise

  std::mutex mutex_;
  std::condition_variable changed_;
  bool awake_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sagebrush::job
