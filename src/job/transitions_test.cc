#include "job/transitions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/error.h"

namespace sagebrush::job {
namespace {

using agent_protocol::ExitRecord;
using agent_protocol::Outcome;
using agent_protocol::Phase;
using namespace std::chrono_literals;

const Time kStart = from_ms(1'700'000'000'000);

const std::string kHost = "algo-1";

Attempt on_hosts(int count) {
  Attempt attempt;
  for (int i = 1; i <= count; ++i) {
    attempt.hosts.emplace_back();
    attempt.hosts.back().name = "algo-" + std::to_string(i);
    attempt.hosts.back().instance_type = "ml.m5.large";
  }
  return attempt;
}

TrainingJob new_job(int retries = 0) {
  TrainingJob job;
  job.id = "id";
  job.name = "mnist";
  job.request = {{"RetryStrategy", {{"MaximumRetryAttempts", retries}}}};
  begin(job, kStart);
  return job;
}

TrainingJob training_job() {
  TrainingJob job = new_job();
  grant(job, on_hosts(1), kPreparingMessage, kStart + 1s);
  enter(job, kHost, Phase::kDownloading, kStart + 2s);
  enter(job, kHost, Phase::kTraining, kStart + 3s);
  return job;
}

ExitRecord ended(Outcome outcome) {
  ExitRecord record;
  record.outcome = outcome;
  return record;
}

std::vector<SecondaryStatus> history(const TrainingJob& job) {
  std::vector<SecondaryStatus> statuses;
  for (const auto& transition : job.transitions) statuses.push_back(transition.status);
  return statuses;
}

TEST(Transitions, GoThroughSageMakersPhases) {
  TrainingJob job = training_job();
  enter(job, kHost, Phase::kUploading, kStart + 8s);
  ExitRecord record = ended(Outcome::kCompleted);
  record.artifact = "s3://b/mnist/output/model.tar.gz";
  finish(job, record, kStart + 9s);

  using enum SecondaryStatus;
  EXPECT_EQ(history(job),
            (std::vector{kStarting, kDownloading, kTraining, kUploading, kCompleted}));
  EXPECT_EQ(job.status, Status::kCompleted);
  EXPECT_EQ(job.artifact, record.artifact);
  EXPECT_EQ(job.training_start, kStart + 2s);
  EXPECT_EQ(job.training_end, kStart + 9s);
  EXPECT_EQ(training_seconds(job, kStart + 1h), 7);
  EXPECT_FALSE(job.attempt);
}

TEST(Transitions, RepeatedAndEarlierPhasesChangeNothing) {
  TrainingJob job = training_job();
  const auto before = to_json(job);
  enter(job, kHost, Phase::kTraining, kStart + 5s);
  enter(job, kHost, Phase::kDownloading, kStart + 5s);
  EXPECT_EQ(to_json(job), before);
}

TEST(Transitions, TimesNeverRunBackwards) {
  TrainingJob job = training_job();
  enter(job, kHost, Phase::kUploading, kStart - 1h);
  EXPECT_EQ(job.transitions.back().start, kStart + 3s);
  EXPECT_EQ(job.transitions[2].end, kStart + 3s);
}

TEST(Stop, EndsAWaitingJobAtOnce) {
  TrainingJob job = new_job();
  order_stop(job, StopCause::kRequested, 120s, kStart + 1s);
  EXPECT_EQ(job.status, Status::kStopped);
  EXPECT_EQ(job.secondary, SecondaryStatus::kStopped);
  EXPECT_FALSE(job.training_start);
}

TEST(Stop, KeepsItsDeadlineWhenOrderedAgain) {
  TrainingJob job = training_job();
  order_stop(job, StopCause::kRequested, 120s, kStart + 10s);
  order_stop(job, StopCause::kRequested, 120s, kStart + 50s);
  EXPECT_EQ(job.status, Status::kStopping);
  EXPECT_EQ(job.stop->kill_at, kStart + 130s);
  EXPECT_EQ(std::ranges::count(history(job), SecondaryStatus::kStopping), 1);

  enter(job, kHost, Phase::kUploading, kStart + 60s);
  finish(job, ended(Outcome::kStopped), kStart + 61s);
  EXPECT_EQ(job.status, Status::kStopped);
  EXPECT_EQ(job.secondary, SecondaryStatus::kStopped);
}

TEST(Stop, DuringTheUploadLetsAFinishedTrainingComplete) {
  TrainingJob job = training_job();
  enter(job, kHost, Phase::kUploading, kStart + 5s);
  order_stop(job, StopCause::kRequested, 120s, kStart + 6s);
  finish(job, ended(Outcome::kCompleted), kStart + 7s);
  EXPECT_EQ(job.status, Status::kCompleted);
}

TEST(Stop, ByMaxRuntimeIsStoppedAndNotFailed) {
  TrainingJob job = training_job();
  order_stop(job, StopCause::kMaxRuntime, 120s, kStart + 10s);
  finish(job, ended(Outcome::kStopped), kStart + 11s);
  EXPECT_EQ(job.status, Status::kStopped);
  EXPECT_EQ(job.secondary, SecondaryStatus::kMaxRuntimeExceeded);
}

TEST(Finish, CutsTheFailureReasonToWhatSageMakerHolds) {
  TrainingJob job = training_job();
  ExitRecord record = ended(Outcome::kFailed);
  record.failure_reason = std::string(5000, 'x');
  finish(job, record, kStart + 4s);
  EXPECT_EQ(job.status, Status::kFailed);
  EXPECT_EQ(job.failure_reason.size(), 1024u);
}

TEST(Finish, TriesAgainOnlyWhenTheMachineWasAtFault) {
  TrainingJob unlucky = new_job(1);
  grant(unlucky, on_hosts(1), kPreparingMessage, kStart);
  ExitRecord lost = ended(Outcome::kFailed);
  lost.infrastructure = true;
  finish(unlucky, lost, kStart + 1s);
  EXPECT_EQ(unlucky.status, Status::kInProgress);
  EXPECT_EQ(unlucky.secondary, SecondaryStatus::kRestarting);
  EXPECT_FALSE(unlucky.attempt);

  grant(unlucky, on_hosts(1), kPreparingMessage, kStart + 2s);
  EXPECT_EQ(unlucky.attempt->number, 2);
  finish(unlucky, lost, kStart + 3s);
  EXPECT_EQ(unlucky.status, Status::kFailed);

  TrainingJob wrong = new_job(1);
  grant(wrong, on_hosts(1), kPreparingMessage, kStart);
  finish(wrong, ended(Outcome::kFailed), kStart + 1s);
  EXPECT_EQ(wrong.status, Status::kFailed);
}

TEST(Final, AbsorbsEverything) {
  TrainingJob job = training_job();
  finish(job, ended(Outcome::kCompleted), kStart + 4s);
  const auto before = to_json(job);
  EXPECT_THROW(enter(job, kHost, Phase::kUploading, kStart + 5s), Error);
  EXPECT_THROW(order_stop(job, StopCause::kRequested, 120s, kStart + 5s), Error);
  EXPECT_THROW(finish(job, ended(Outcome::kFailed), kStart + 5s), Error);
  EXPECT_THROW(grant(job, on_hosts(1), "", kStart + 5s), Error);
  explain_wait(job, "why", kStart + 5s);
  EXPECT_EQ(to_json(job), before);
}

// The invariants of every history, whatever comes in whatever order.
void expect_sound(const TrainingJob& job) {
  ASSERT_FALSE(job.transitions.empty());
  int open = 0;
  for (std::size_t i = 0; i < job.transitions.size(); ++i) {
    const auto& transition = job.transitions[i];
    open += transition.end ? 0 : 1;
    if (transition.end) EXPECT_LE(transition.start, *transition.end);
    if (i > 0) EXPECT_EQ(job.transitions[i - 1].end, transition.start);
  }
  EXPECT_EQ(open, is_final(job.status) ? 0 : 1);
  EXPECT_EQ(job.transitions.back().status, job.secondary);
  EXPECT_EQ(job.failure_reason.empty(), job.status != Status::kFailed);
  if (job.training_end) EXPECT_LE(*job.training_start, *job.training_end);
  EXPECT_LE(job.attempts_made, job.most_attempts());
  if (is_final(job.status)) EXPECT_FALSE(job.attempt);
}

TEST(History, StaysSoundUnderRandomEvents) {
  std::mt19937 random(7);
  const auto pick = [&](int count) {
    return static_cast<int>(random() % static_cast<unsigned>(count));
  };
  for (int run = 0; run < 2000; ++run) {
    TrainingJob job = new_job(pick(3));
    Time now = kStart;
    for (int event = 0; event < 30; ++event) {
      now += std::chrono::milliseconds(pick(5000) - 500);
      try {
        switch (pick(6)) {
          case 0: grant(job, on_hosts(1), "m", now); break;
          case 1:
            if (job.attempt) enter(job, kHost, static_cast<Phase>(pick(4)), now);
            break;
          case 2: order_stop(job, static_cast<StopCause>(pick(2)), 120s, now); break;
          case 3: explain_wait(job, "waiting " + std::to_string(event), now); break;
          default:
            if (job.attempt) {
              ExitRecord record = ended(static_cast<Outcome>(pick(3)));
              record.infrastructure = pick(2) == 0;
              record.failure_reason = "because";
              finish(job, record, now);
            }
        }
      } catch (const Error& error) {
        ASSERT_EQ(error.kind(), ErrorKind::kConflict);
      }
      expect_sound(job);
    }
    EXPECT_EQ(to_json(training_job_from_json(to_json(job))), to_json(job));
  }
}

TrainingJob spot_job() {
  TrainingJob job = training_job();
  job.request["EnableManagedSpotTraining"] = true;
  return job;
}

TEST(Interrupt, MakesASpotJobWaitAndGoOnAsIfNew) {
  TrainingJob job = spot_job();
  interrupt(job, "job urgent needs the room", 120s, kStart + 10s);
  EXPECT_EQ(job.attempt->stop->cause, StopCause::kInterrupted);
  EXPECT_EQ(job.attempt->stop->kill_at, kStart + 130s);
  enter(job, kHost, Phase::kTraining, kStart + 11s);  // a report that was on its way
  EXPECT_EQ(job.secondary, SecondaryStatus::kInterrupted);
  finish(job, ended(Outcome::kStopped), kStart + 12s);
  EXPECT_EQ(job.status, Status::kInProgress);
  EXPECT_FALSE(job.attempt);
  explain_wait(job, "Waiting for 2 CPUs", kStart + 13s);
  explain_wait(job, "Waiting for 4 CPUs", kStart + 14s);
  EXPECT_EQ(job.transitions.back().message,
            "Training job interrupted: job urgent needs the room. Waiting for 4 CPUs");
  grant(job, on_hosts(1), kPreparingMessage, kStart + 100s);
  enter(job, kHost, Phase::kDownloading, kStart + 101s);
  enter(job, kHost, Phase::kTraining, kStart + 102s);
  enter(job, kHost, Phase::kUploading, kStart + 110s);
  finish(job, ended(Outcome::kCompleted), kStart + 111s);

  using enum SecondaryStatus;
  EXPECT_EQ(history(job), (std::vector{kStarting, kDownloading, kTraining, kInterrupted, kStarting,
                                       kDownloading, kTraining, kUploading, kCompleted}));
  EXPECT_EQ(job.interruptions, 1);
  EXPECT_EQ(training_seconds(job, kStart + 1h), 20);  // 10 and 10: the wait does not count
}

TEST(Interrupt, IsNoFailureEvenWhereTheContainerTookItForOne) {
  TrainingJob job = spot_job();
  interrupt(job, "why", 120s, kStart + 10s);
  finish(job, ended(Outcome::kFailed), kStart + 12s);
  EXPECT_EQ(job.status, Status::kInProgress);
}

TEST(Interrupt, LeavesAJobThatEndsByItself) {
  TrainingJob job = spot_job();
  interrupt(job, "why", 120s, kStart + 10s);
  finish(job, ended(Outcome::kCompleted), kStart + 12s);
  EXPECT_EQ(job.status, Status::kCompleted);
  TrainingJob uploading = spot_job();
  enter(uploading, kHost, Phase::kUploading, kStart + 9s);
  interrupt(uploading, "why", 120s, kStart + 10s);
  EXPECT_FALSE(uploading.attempt->stop);
}

TEST(Interrupt, GivesWayToAStop) {
  TrainingJob job = spot_job();
  interrupt(job, "why", 120s, kStart + 10s);
  order_stop(job, StopCause::kRequested, 120s, kStart + 11s);
  finish(job, ended(Outcome::kStopped), kStart + 12s);
  EXPECT_EQ(job.secondary, SecondaryStatus::kStopped);
}

TEST(Interrupt, IsNoTry) {
  TrainingJob job = new_job(1);
  job.request["EnableManagedSpotTraining"] = true;
  grant(job, on_hosts(1), kPreparingMessage, kStart + 1s);
  interrupt(job, "why", 120s, kStart + 2s);
  finish(job, ended(Outcome::kStopped), kStart + 3s);
  grant(job, on_hosts(1), kPreparingMessage, kStart + 4s);
  ExitRecord broken = ended(Outcome::kFailed);
  broken.infrastructure = true;
  finish(job, broken, kStart + 5s);
  EXPECT_EQ(job.secondary, SecondaryStatus::kRestarting);
}

TEST(Limits, OfWaitingHaveStatusesOfTheirOwn) {
  TrainingJob waited = new_job();
  order_stop(waited, StopCause::kMaxWait, 0s, kStart + 5s);
  EXPECT_EQ(waited.secondary, SecondaryStatus::kMaxWaitTimeExceeded);
  EXPECT_EQ(waited.status, Status::kStopped);
  TrainingJob pending = new_job();
  order_stop(pending, StopCause::kMaxPending, 0s, kStart + 5s);
  EXPECT_EQ(pending.secondary, SecondaryStatus::kStopped);
  EXPECT_EQ(pending.transitions.back().message, kMaxPendingMessage);
}

}  // namespace
}  // namespace sagebrush::job
