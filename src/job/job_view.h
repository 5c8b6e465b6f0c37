#pragma once

#include "job/scheduler.h"
#include "job/training_job.h"

namespace sagebrush::job {

// A tag of a spot job that rehearses interruptions: how long each of its attempts trains before it
// is interrupted, "60s 2m"; attempts beyond the last run to their end.
inline constexpr const char* kInterruptAfterTag = "sagebrush:interrupt-after";

// Reads the tag's value. Throws Error{kInvalid} that shows it.
std::vector<std::chrono::seconds> parse_interruptions(const std::string& text);

// The value of a tag that the request came with; "" without.
std::string tag_of(const boost::json::object& request, const std::string& key);

// What the scheduler sees of a job that has no attempt, and of one that has.
WaitingJob waiting_job(const TrainingJob& job, Allotment need);
RunningJob running_job(const TrainingJob& job);

}  // namespace sagebrush::job
