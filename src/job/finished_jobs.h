#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "job/training_job.h"

namespace sagebrush::job {

// Jobs that are final and were asked for lately, by name: they hardly change any more, and whoever
// waits for a job asks for it again and again.
class FinishedJobs {
 public:
  std::shared_ptr<const TrainingJob> find(const std::string& name) const {
    const std::scoped_lock lock(mutex_);
    const auto found = jobs_.find(name);
    return found == jobs_.end() ? nullptr : found->second;
  }
  // To be asked before the database is, and given to keep().
  std::uint64_t removals() const {
    const std::scoped_lock lock(mutex_);
    return removals_;
  }
  // Not when a job was removed since: it may have been this one.
  void keep(const TrainingJob& job, std::uint64_t removals) {
    const std::scoped_lock lock(mutex_);
    if (removals != removals_) return;
    if (jobs_.size() >= kMost) jobs_.clear();
    jobs_[job.name] = std::make_shared<const TrainingJob>(job);
  }
  // After the row is gone, or says something else.
  void remove(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    ++removals_;
    jobs_.erase(name);
  }

 private:
  static constexpr std::size_t kMost = 1024;

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const TrainingJob>> jobs_;
  std::uint64_t removals_ = 0;
};

}  // namespace sagebrush::job
