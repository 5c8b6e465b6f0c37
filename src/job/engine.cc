#include "job/engine.h"

#include <chrono>

#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "job/job_view.h"
#include "job/transitions.h"
#include "store/jobs.h"

namespace sagebrush::job {
namespace {

// An agent that dies is noticed by its lock, which nobody announces: how often to look while there
// are agents.
constexpr std::chrono::milliseconds kLookInterval{100};
constexpr std::chrono::milliseconds kIdleInterval{5000};

}  // namespace

Engine::Engine(EngineSettings settings, store::Jobs& jobs, store::Identities& identities,
               store::Logs& logs, store::Metrics& metrics, ObjectSource source, Executor& executor,
               ImageTable images, ImageSource registry, const Clock& clock)
    : settings_(std::move(settings)),
      rows_(jobs),
      identities_(identities),
      logs_(logs),
      source_(std::move(source)),
      executor_(executor),
      images_(std::move(images)),
      registry_(std::move(registry)),
      clock_(clock),
      jobs_(jobs),
      pools_(jobs),
      metrics_(metrics, clock),
      desk_(jobs_, logs, metrics_, source_, clock, peer_grace(settings_.spec), [this] { wake(); }) {
  jobs_.load();
  pools_.load();
  std::vector<std::string> ids;
  for (const auto& job : jobs_.all()) ids.push_back(job->id);
  metrics_.keep_only(ids);
  jobs_.on_final([this](TrainingJob& job) { job.final_metrics = metrics_.final_metrics(job.id); },
                 [this](const TrainingJob& job) { metrics_.forget(job.id); });
}

Engine::~Engine() {
  stop();
}

void Engine::start() {
  if (registry_.retain) {
    std::vector<std::string> holders;
    for (const auto& job : jobs_.all()) holders.push_back(job->id);
    registry_.retain(holders);
  }
  find_leftovers();
  repoint_agents();
  thread_ = std::thread([this] { run(); });
}

void Engine::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Engine::wake() {
  {
    const std::scoped_lock lock(mutex_);
    awake_ = true;
  }
  changed_.notify_all();
}

void Engine::run() {
  for (;;) {
    try {
      step();
      problem_.clear();
    } catch (const std::exception& error) {
      // A database that is away, say, comes back: tried at each look, told once.
      if (problem_ != error.what()) spdlog::error("engine: {}", error.what());
      problem_ = error.what();
    }
    const auto patience = known_.empty() && closing_.empty() ? kIdleInterval : kLookInterval;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return awake_ || stopping_; });
    if (stopping_) return;
    awake_ = false;
  }
}

// What it does next goes by one list of jobs: the room of one that ends meanwhile is not free
// before the next step has seen whether it keeps a warm pool.
void Engine::step() {
  const auto jobs = jobs_.all();
  watch_agents(jobs);
  schedule(jobs);
  clean_up();
}

void Engine::create(TrainingJob job) {
  job.id = random_uuid();
  add_builtin_metrics(job.request, images_);
  begin(job, clock_.now());
  jobs_.add(std::move(job));
  wake();
}

std::vector<FinalMetric> Engine::final_metrics(const TrainingJob& job) {
  return is_final(job.status) ? job.final_metrics : metrics_.final_metrics(job.id);
}

std::optional<TrainingJob> Engine::find(const std::string& name) {
  if (const auto known = finished_.find(name)) return *known;
  const auto removals = finished_.removals();
  const auto row = rows_.find(kTrainingKind, name);
  if (!row) return std::nullopt;
  TrainingJob job = from_row(*row);
  if (is_final(job.status)) finished_.keep(job, removals);
  return job;
}

void Engine::order_stop(const std::string& name) {
  const auto stop = [this](TrainingJob& changing) {
    job::order_stop(changing, StopCause::kRequested, settings_.spec.stop_grace, clock_.now());
  };
  if (change_unfinished(name, stop)) return wake();
  const auto finished = find(name);
  if (!finished) throw Error(ErrorKind::kNotFound, "no training job " + name);
  throw Error(ErrorKind::kConflict, to_string(finished->status));
}

bool Engine::change_unfinished(const std::string& name,
                               const std::function<void(TrainingJob&)>& change) {
  const auto job = jobs_.find_named(name);
  if (!job) return false;
  try {
    jobs_.update(job->id, change);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotFound) throw;
    return false;  // it has just become final
  }
  return true;
}

void Engine::remove(const std::string& name) {
  const auto job = find(name);
  if (!job) throw Error(ErrorKind::kNotFound, "no training job " + name);
  if (!is_final(job->status)) throw Error(ErrorKind::kConflict, to_string(job->status));
  // Without its record nobody could end the pool.
  const auto pool = warm_pool(*job);
  if (pool && (pool->status == "Available" || pool->status == "InUse")) {
    throw Error(ErrorKind::kUnavailable, "a warm pool is kept");
  }
  rows_.erase(job->id);
  finished_.remove(name);
}

Allotment Engine::need_of(const TrainingJob& job) const {
  return allot(wanted_hosts(job.request), settings_.capacity);
}

Snapshot Engine::snapshot(const std::vector<LiveJobs::JobPtr>& jobs) const {
  Snapshot snapshot;
  snapshot.now = clock_.now();
  snapshot.capacity = settings_.capacity;
  snapshot.cpus = settings_.cpus;
  snapshot.gpus = settings_.gpus;
  snapshot.pools = pools_.available();
  for (const auto& job : jobs) {
    if (job->attempt) {
      snapshot.running.push_back(running_job(*job));
    } else {
      snapshot.waiting.push_back(waiting_job(*job, need_of(*job)));
    }
  }
  return snapshot;
}

void Engine::schedule(const std::vector<LiveJobs::JobPtr>& jobs) {
  for (const auto& action : next_actions(snapshot(jobs))) {
    try {
      if (const auto* start = std::get_if<StartAttempt>(&action)) {
        start_attempt(*start);
      } else if (const auto* overdue = std::get_if<StopAtLimit>(&action)) {
        jobs_.update(overdue->job_id, [&](TrainingJob& job) {
          job::order_stop(job, overdue->cause, settings_.spec.stop_grace, clock_.now());
        });
      } else if (const auto* victim = std::get_if<Interrupt>(&action)) {
        jobs_.update(victim->job_id, [&](TrainingJob& job) {
          interrupt(job, victim->why, settings_.spec.stop_grace, clock_.now());
        });
      } else if (const auto* over = std::get_if<EndPool>(&action)) {
        pools_.close(over->job_id, PoolStatus::kTerminated, "", clock_.now());
      } else if (const auto* wait = std::get_if<ExplainWait>(&action)) {
        const auto job = jobs_.find(wait->job_id);
        if (!job || job->transitions.back().message.ends_with(wait->message)) continue;
        jobs_.update(wait->job_id, [&](TrainingJob& changing) {
          explain_wait(changing, wait->message, clock_.now());
        });
      }
    } catch (const Error& error) {
      // The job may have ended or been stopped since the snapshot: the next look sees it as it is.
      if (error.kind() != ErrorKind::kConflict && error.kind() != ErrorKind::kNotFound) {
        spdlog::error("engine: {}", error.what());
      }
    } catch (const std::exception& error) {
      spdlog::error("engine: {}", error.what());
    }
  }
}

}  // namespace sagebrush::job
