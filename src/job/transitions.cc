#include "job/transitions.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace sagebrush::job {
namespace {

using agent_protocol::ExitRecord;
using agent_protocol::Outcome;
using agent_protocol::Phase;

constexpr std::size_t kLongestFailureReason = 1024;   // SageMaker's FailureReason
constexpr const char* kAndWaiting = ". Waiting for";  // begins what a wait message adds

Time not_before_history(const TrainingJob& job, Time at) {
  return job.transitions.empty() ? at : std::max(at, job.transitions.back().start);
}

void move_to(TrainingJob& job, SecondaryStatus status, const std::string& message, Time at) {
  at = not_before_history(job, at);
  if (!job.transitions.empty()) job.transitions.back().end = at;
  job.transitions.push_back({.status = status, .start = at, .end = {}, .message = message});
  job.secondary = status;
  job.modified = std::max(job.modified, at);
}

// Counts the time of an attempt that is over.
void settle_attempt(TrainingJob& job, Time at) {
  if (job.attempt && job.attempt->training_since) {
    const auto spent = std::max(at, *job.attempt->training_since) - *job.attempt->training_since;
    job.trained += std::chrono::duration_cast<std::chrono::milliseconds>(spent);
  }
  job.attempt.reset();
}

void end(TrainingJob& job, Status status, SecondaryStatus secondary, const std::string& message,
         Time at) {
  move_to(job, secondary, message, at);
  job.transitions.back().end = job.transitions.back().start;
  job.status = status;
  settle_attempt(job, job.transitions.back().start);
  if (job.training_start)
    job.training_end = std::max(*job.training_start, job.transitions.back().start);
}

void require_unfinished(const TrainingJob& job) {
  if (is_final(job.status)) {
    throw Error(ErrorKind::kConflict, "training job " + job.name + " is " + to_string(job.status));
  }
}

SecondaryStatus secondary_of(Phase phase) {
  switch (phase) {
    case Phase::kStarting: return SecondaryStatus::kStarting;
    case Phase::kDownloading: return SecondaryStatus::kDownloading;
    case Phase::kImage:
    case Phase::kTraining: return SecondaryStatus::kTraining;
    case Phase::kUploading: return SecondaryStatus::kUploading;
  }
  return SecondaryStatus::kStarting;
}

// Where a phase stands in an attempt; a stop comes before the upload.
int rank(SecondaryStatus status) {
  switch (status) {
    case SecondaryStatus::kDownloading: return 1;
    case SecondaryStatus::kTraining: return 2;
    case SecondaryStatus::kStopping: return 3;
    case SecondaryStatus::kUploading: return 4;
    case SecondaryStatus::kInterrupted: return 5;
    default: return 0;
  }
}

const char* message_of(Phase phase) {
  switch (phase) {
    case Phase::kStarting: return kPreparingMessage;
    case Phase::kDownloading: return kDownloadingMessage;
    case Phase::kImage: return kImageMessage;
    case Phase::kTraining: return kTrainingMessage;
    case Phase::kUploading: return kUploadingMessage;
  }
  return kPreparingMessage;
}

Host& host_of(TrainingJob& job, const std::string& name) {
  Host* host = job.attempt ? job.attempt->find(name) : nullptr;
  if (!host) throw Error(ErrorKind::kConflict, job.name + " has no host " + name + " at work");
  return *host;
}

// A host that has ended holds up nobody.
Phase phase_of(const Host& host) {
  return host.exit ? Phase::kUploading : host.phase;
}

Time failed_at(const ExitRecord& record) {
  return record.training_ended.value_or(record.ended);
}

// Which of two hosts' failures is the attempt's. One that the machine took away is felt by the
// others as lost connections, and may be noticed a little later than those.
bool comes_before(const ExitRecord& one, const ExitRecord& other) {
  if (one.infrastructure != other.infrastructure) return one.infrastructure;
  return failed_at(one) < failed_at(other);
}

// A host that loses its peers to a stop fails, as lost connections, before it has the order itself.
bool felt_the_stop(const TrainingJob& job, const ExitRecord& record) {
  return job.stop && job.attempt->hosts.size() > 1 && record.outcome == Outcome::kFailed &&
         !record.infrastructure && failed_at(record) >= job.stop->at;
}

ExitRecord stopped_by(const StopOrder& stop, ExitRecord record) {
  record.outcome = Outcome::kStopped;
  record.stop = stop.cause;
  record.failure_reason.clear();
  return record;
}

void end_stopped(TrainingJob& job, StopCause cause, Time at) {
  switch (cause) {
    case StopCause::kMaxRuntime:
      end(job, Status::kStopped, SecondaryStatus::kMaxRuntimeExceeded, kMaxRuntimeMessage, at);
      return;
    case StopCause::kMaxWait:
      end(job, Status::kStopped, SecondaryStatus::kMaxWaitTimeExceeded, kMaxWaitMessage, at);
      return;
    case StopCause::kMaxPending:
      end(job, Status::kStopped, SecondaryStatus::kStopped, kMaxPendingMessage, at);
      return;
    case StopCause::kRequested:
    case StopCause::kPeerFailed:
    case StopCause::kInterrupted:
      end(job, Status::kStopped, SecondaryStatus::kStopped, kStoppedMessage, at);
      return;
  }
}

}  // namespace

void begin(TrainingJob& job, Time now) {
  job.created = job.modified = now;
  move_to(job, SecondaryStatus::kStarting, kStartingMessage, now);
}

std::string waiting_message(const TrainingJob& job, const std::string& waiting_for) {
  if (job.secondary == SecondaryStatus::kStarting) return waiting_for;
  const std::string& said = job.transitions.back().message;
  return said.substr(0, said.find(kAndWaiting)) + ". " + waiting_for;
}

void explain_wait(TrainingJob& job, const std::string& message, Time now) {
  if (is_final(job.status) || job.attempt) return;
  std::string& said = job.transitions.back().message;
  if (said.ends_with(message)) return;
  said = waiting_message(job, message);
  job.modified = not_before_history(job, now);
}

void grant(TrainingJob& job, Attempt attempt, const std::string& message, Time now) {
  require_unfinished(job);
  if (job.attempt) throw Error(ErrorKind::kConflict, job.name + " has an attempt already");
  attempt.number = ++job.attempts_made;
  attempt.granted = now;
  job.attempt = std::move(attempt);
  if (job.secondary == SecondaryStatus::kStarting) {
    job.transitions.back().message = message;
    job.modified = not_before_history(job, now);
  } else {
    move_to(job, SecondaryStatus::kStarting, message, now);
  }
}

void enter(TrainingJob& job, const std::string& host, Phase phase, Time at) {
  require_unfinished(job);
  Host& entering = host_of(job, host);
  entering.phase = std::max(entering.phase, phase);
  const auto last = std::ranges::min(job.attempt->hosts, {}, phase_of);
  const SecondaryStatus next = secondary_of(phase_of(last));
  std::string& message = job.transitions.back().message;
  if (phase_of(last) == Phase::kTraining && message == kImageMessage) {
    message = kTrainingMessage;
    job.modified = not_before_history(job, at);
  }
  if (rank(next) <= rank(job.secondary)) return;
  move_to(job, next, message_of(phase_of(last)), at);
  if (!job.training_start) job.training_start = job.transitions.back().start;
  if (!job.attempt->training_since) job.attempt->training_since = job.transitions.back().start;
}

void order_stop(TrainingJob& job, StopCause cause, std::chrono::seconds grace, Time now) {
  require_unfinished(job);
  if (job.stop) return;
  job.stop = StopOrder{.cause = cause, .at = now, .kill_at = now + grace};
  job.status = Status::kStopping;
  if (!job.attempt) {
    end_stopped(job, cause, now);
  } else if (job.secondary != SecondaryStatus::kUploading) {
    move_to(job, SecondaryStatus::kStopping, kStoppingMessage, now);
  }
}

void interrupt(TrainingJob& job, const std::string& why, std::chrono::seconds grace, Time now) {
  require_unfinished(job);
  // Its container has ended: what it made is on its way.
  if (job.secondary == SecondaryStatus::kUploading) return;
  if (!job.attempt || job.attempt->stop || job.stop) return;
  job.attempt->stop =
      StopOrder{.cause = StopCause::kInterrupted, .at = now, .kill_at = now + grace};
  move_to(job, SecondaryStatus::kInterrupted, std::string(kInterruptedMessage) + ": " + why, now);
}

void stop_peers(TrainingJob& job, std::chrono::seconds grace, Time now) {
  require_unfinished(job);
  if (!job.attempt || job.attempt->stop || job.stop || job.attempt->hosts.size() < 2) return;
  job.attempt->stop = StopOrder{.cause = StopCause::kPeerFailed, .at = now, .kill_at = now + grace};
}

void end_host(TrainingJob& job, const std::string& host, const ExitRecord& record,
              std::chrono::seconds peer_grace, Time now) {
  require_unfinished(job);
  Host& ending = host_of(job, host);
  if (ending.exit) return;
  ending.exit = felt_the_stop(job, record) ? stopped_by(*job.stop, record) : record;
  if (ending.exit->outcome == Outcome::kFailed) stop_peers(job, peer_grace, now);
  if (all_ended(*job.attempt)) finish(job, verdict(*job.attempt), now);
}

ExitRecord verdict(const Attempt& attempt) {
  const Host* first_failed = nullptr;
  const Host* stopped = nullptr;
  for (const auto& host : attempt.hosts) {
    const ExitRecord& record = host.exit.value();
    if (record.outcome == Outcome::kStopped && !stopped) stopped = &host;
    if (record.outcome != Outcome::kFailed) continue;
    if (!first_failed || comes_before(record, *first_failed->exit)) first_failed = &host;
  }
  if (first_failed) {
    ExitRecord record = *first_failed->exit;
    if (attempt.hosts.size() > 1) {
      record.failure_reason = first_failed->name + ": " + record.failure_reason;
    }
    return record;
  }
  ExitRecord record = stopped ? *stopped->exit : *attempt.hosts.front().exit;
  record.artifact = attempt.hosts.front().exit->artifact;
  return record;
}

void finish(TrainingJob& job, const ExitRecord& record, Time now) {
  require_unfinished(job);
  const bool interrupted =
      job.attempt && job.attempt->stop && job.attempt->stop->cause == StopCause::kInterrupted;
  if (interrupted && record.outcome != Outcome::kCompleted && !job.stop) {
    ++job.interruptions;
    settle_attempt(job, now);
    job.modified = not_before_history(job, now);
    return;
  }
  const bool may_retry = record.outcome == Outcome::kFailed && record.infrastructure && !job.stop &&
                         job.attempts_made - job.interruptions < job.most_attempts();
  if (may_retry) {
    settle_attempt(job, now);
    move_to(job, SecondaryStatus::kRestarting,
            std::string(kRestartingMessage) + ": " + record.failure_reason, now);
    return;
  }
  job.artifact = record.artifact;
  switch (record.outcome) {
    case Outcome::kCompleted:
      end(job, Status::kCompleted, SecondaryStatus::kCompleted, kCompletedMessage, now);
      return;
    case Outcome::kStopped:
      end_stopped(job, job.stop ? job.stop->cause : record.stop.value_or(StopCause::kRequested),
                  now);
      return;
    case Outcome::kFailed:
      job.failure_reason = cut_utf8(record.failure_reason, kLongestFailureReason);
      end(job, Status::kFailed, SecondaryStatus::kFailed, job.failure_reason, now);
      return;
  }
}

std::int64_t training_seconds(const TrainingJob& job, Time now) {
  std::chrono::milliseconds spent = job.trained;
  if (job.attempt && job.attempt->training_since) {
    spent += std::chrono::duration_cast<std::chrono::milliseconds>(
        std::max(now, *job.attempt->training_since) - *job.attempt->training_since);
  }
  return std::chrono::ceil<std::chrono::seconds>(spent).count();
}

}  // namespace sagebrush::job
