#include "job/job_view.h"

#include "base/error.h"
#include "base/text.h"
#include "job/request_json.h"
#include "job/warm_pools.h"

namespace sagebrush::job {

std::vector<std::chrono::seconds> parse_interruptions(const std::string& text) {
  std::vector<std::chrono::seconds> all;
  for (std::string_view word : split(text, ' ')) {
    if (word.empty()) continue;
    std::uint64_t unit = 1;
    if (word.ends_with('m')) unit = 60;
    if (word.ends_with('s') || word.ends_with('m')) word.remove_suffix(1);
    const auto number = parse_unsigned(word);
    if (!number || *number > 1'000'000) {
      throw Error(ErrorKind::kInvalid, std::string(kInterruptAfterTag) + " is '" + text +
                                           "'; it must be times as 60s or 2m, with blanks between");
    }
    all.emplace_back(*number * unit);
  }
  return all;
}

std::string tag_of(const boost::json::object& request, const std::string& key) {
  const auto* tags = request.if_contains("Tags");
  if (!tags || !tags->is_array()) return "";
  for (const auto& value : tags->get_array()) {
    const auto* tag = value.if_object();
    if (tag && text_at(*tag, "Key") == key) return text_at(*tag, "Value");
  }
  return "";
}

WaitingJob waiting_job(const TrainingJob& job, Allotment need) {
  WaitingJob waiting{.id = job.id, .need = std::move(need), .name = job.name};
  waiting.spot = job.is_spot();
  waiting.pool_key = pool_key(job.request);
  if (const auto limit = job.max_wait()) waiting.must_complete = job.created + *limit;
  const auto pending = job.max_pending();
  if (pending && job.attempts_made == 0) waiting.must_start = job.created + *pending;
  return waiting;
}

RunningJob running_job(const TrainingJob& job) {
  const Attempt& attempt = job.attempt.value();
  RunningJob running{.id = job.id,
                     .share = attempt.share,
                     .stop_ordered = job.stop.has_value() || attempt.stop.has_value(),
                     .must_end = {}};
  running.ending = running.stop_ordered || job.secondary == SecondaryStatus::kUploading;
  running.spot = job.is_spot();
  if (const auto limit = job.max_wait()) running.must_complete = job.created + *limit;
  if (!attempt.training_since) return running;
  running.must_end = *attempt.training_since + job.max_runtime() - job.trained;
  running.saved = attempt.checkpointed.value_or(*attempt.training_since);
  if (running.spot) {
    const auto rehearsed = parse_interruptions(tag_of(job.request, kInterruptAfterTag));
    const auto number = static_cast<std::size_t>(job.interruptions);
    if (number < rehearsed.size())
      running.interrupt_at = *attempt.training_since + rehearsed[number];
  }
  return running;
}

}  // namespace sagebrush::job
