#include "job/live_jobs.h"

#include "base/error.h"

namespace sagebrush::job {

store::JobRow to_row(const TrainingJob& job) {
  return {.id = job.id,
          .kind = kTrainingKind,
          .name = job.name,
          .status = to_string(job.status),
          .created_ms = to_ms(job.created),
          .modified_ms = to_ms(job.modified),
          .version = job.version,
          .document = boost::json::serialize(to_json(job))};
}

TrainingJob from_row(const store::JobRow& row) {
  TrainingJob job = training_job_from_json(boost::json::parse(row.document).as_object());
  job.version = row.version;
  return job;
}

void LiveJobs::load() {
  for (const auto& row : jobs_.unfinished(kTrainingKind)) keep(from_row(row));
}

void LiveJobs::keep(TrainingJob job) {
  const std::scoped_lock lock(mutex_);
  auto entry = std::make_shared<Entry>();
  order_[{job.created, job.name}] = job.id;
  const std::string id = job.id;
  entry->job = std::make_shared<const TrainingJob>(std::move(job));
  by_id_[id] = std::move(entry);
}

void LiveJobs::add(TrainingJob job) {
  jobs_.insert(to_row(job));
  keep(std::move(job));
}

LiveJobs::JobPtr LiveJobs::update(const std::string& id,
                                  const std::function<void(TrainingJob&)>& change,
                                  const std::optional<store::PoolRow>& pool) {
  std::shared_ptr<Entry> entry;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = by_id_.find(id);
    if (found != by_id_.end()) entry = found->second;
  }
  if (!entry) throw Error(ErrorKind::kNotFound, "no unfinished job " + id);
  const std::scoped_lock changing(entry->changing);
  JobPtr before;
  {
    const std::scoped_lock lock(mutex_);
    if (!by_id_.contains(id)) throw Error(ErrorKind::kNotFound, "no unfinished job " + id);
    before = entry->job;
  }
  auto job = std::make_shared<TrainingJob>(*before);
  change(*job);
  if (is_final(job->status) && before_final_) before_final_(*job);
  if (!jobs_.replace(to_row(*job), pool)) {
    throw Error(ErrorKind::kInternal, "job " + job->name + " changed behind the engine's back");
  }
  ++job->version;
  {
    const std::scoped_lock lock(mutex_);
    entry->job = job;
    if (!is_final(job->status)) return job;
    by_id_.erase(id);
    order_.erase({job->created, job->name});
  }
  if (after_final_) after_final_(*job);
  return job;
}

LiveJobs::JobPtr LiveJobs::find(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second->job;
}

LiveJobs::JobPtr LiveJobs::find_named(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, entry] : by_id_) {
    if (entry->job->name == name) return entry->job;
  }
  return nullptr;
}

std::vector<LiveJobs::JobPtr> LiveJobs::all() const {
  const std::scoped_lock lock(mutex_);
  std::vector<JobPtr> jobs;
  jobs.reserve(order_.size());
  for (const auto& [key, id] : order_) jobs.push_back(by_id_.at(id)->job);
  return jobs;
}

}  // namespace sagebrush::job
