#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "job/engine.h"
#include "job/job_view.h"
#include "job/request_json.h"
#include "store/jobs.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostExplained = 500;
constexpr std::chrono::seconds kOpening{10};

bool keeps_warm(const TrainingJob& job) {
  return keep_alive(job.request).count() > 0 && !pool_key(job.request).empty();
}

// Whether it may have had a pool, by now told to end with KeepAlivePeriodInSeconds 0.
bool may_have_pool(const TrainingJob& job) {
  const auto* resources = object_at(job.request, "ResourceConfig");
  return resources && resources->contains("KeepAlivePeriodInSeconds") &&
         !pool_key(job.request).empty();
}

// What UpdateTrainingJob may change, in place of what the request had. Members of ProfilerConfig
// are replaced one by one.
void apply(const json::object& changes, json::object& request) {
  const auto* resources = object_at(changes, "ResourceConfig");
  if (resources && resources->contains("KeepAlivePeriodInSeconds")) {
    json::value& config = request["ResourceConfig"];
    if (!config.is_object()) config.emplace_object();
    config.get_object()["KeepAlivePeriodInSeconds"] = resources->at("KeepAlivePeriodInSeconds");
  }
  if (const auto* profiler = object_at(changes, "ProfilerConfig")) {
    json::value& config = request["ProfilerConfig"];
    if (!config.is_object()) config.emplace_object();
    for (const auto& [name, value] : *profiler) config.get_object()[name] = value;
  }
  for (const char* name : {"ProfilerRuleConfigurations", "RemoteDebugConfig"}) {
    if (const auto* value = changes.if_contains(name)) request[name] = *value;
  }
}

}  // namespace

// Called by the engine's thread before it looks for room, so that nobody takes the share between.
void Engine::open_pool(const TrainingJob& attempted) {
  if (!keeps_warm(attempted)) return;
  try {
    const auto ended = find(attempted.name);
    if (!ended || ended->id != attempted.id || ended->status != Status::kCompleted) return;
    if (!keeps_warm(*ended)) return;
    pools_.open(*ended, attempted.attempt->share, clock_.now());
  } catch (const std::exception& error) {
    // A full disk, say. The job has no pool: its room is the next one's.
    spdlog::error("job {}: its warm pool could not be kept: {}", attempted.name, error.what());
  }
}

std::optional<PoolView> Engine::warm_pool(const TrainingJob& job) const {
  if (!may_have_pool(job)) return std::nullopt;
  if (!is_final(job.status)) {
    return keeps_warm(job) ? std::optional<PoolView>({"InUse", std::nullopt, ""}) : std::nullopt;
  }
  if (const auto record = pools_.find(job.id)) {
    return PoolView{to_string(record->status), record->retained_seconds(clock_.now()),
                    record->reused_by};
  }
  if (!keeps_warm(job)) return std::nullopt;
  // One that has just completed has its pool as soon as the engine looks; one that failed, or
  // completed while the server was killed, has none.
  const bool just_now = job.status == Status::kCompleted && clock_.now() - job.modified < kOpening;
  return PoolView{just_now ? "InUse" : "Terminated", std::nullopt, ""};
}

void Engine::update(const std::string& name, const json::object& changes) {
  const auto take_in = [&](TrainingJob& job) {
    apply(changes, job.request);
    job.modified = std::max(job.modified, clock_.now());
  };
  if (change_unfinished(name, take_in)) return;
  auto job = find(name);
  if (!job) throw Error(ErrorKind::kNotFound, "no training job " + name);
  const auto* resources = object_at(changes, "ResourceConfig");
  const auto record = pools_.find(job->id);
  if (!resources || !record || record->status != PoolStatus::kAvailable) {
    throw Error(ErrorKind::kConflict, to_string(job->status));
  }
  const auto kept = std::chrono::seconds(integer_at(*resources, "KeepAlivePeriodInSeconds", 0));
  if (kept.count() == 0) {
    pools_.close(job->id, PoolStatus::kTerminated, "", clock_.now());
  } else {
    pools_.keep_until(job->id, record->since + kept);
  }
  take_in(*job);
  if (!rows_.replace(to_row(*job))) throw Error(ErrorKind::kConflict, to_string(job->status));
  finished_.remove(name);
  wake();
}

std::optional<std::string> Engine::waiting_for(const std::string& job_id) const {
  // Where so many wait nobody counts them off, and each would be looked at for each question.
  const auto jobs = jobs_.all();
  if (jobs.size() > kMostExplained) return std::nullopt;
  const Snapshot now = snapshot(jobs);
  const auto found = std::ranges::find(now.waiting, job_id, &WaitingJob::id);
  if (found == now.waiting.end()) return std::nullopt;
  return wait_message(now, static_cast<std::size_t>(found - now.waiting.begin()));
}

}  // namespace sagebrush::job
