// Jobs of several hosts.
#include <gtest/gtest.h>

#include <random>

#include "base/error.h"
#include "job/transitions.h"

namespace sagebrush::job {
namespace {

using agent_protocol::ExitRecord;
using agent_protocol::Outcome;
using agent_protocol::Phase;
using namespace std::chrono_literals;

const Time kStart = from_ms(1'700'000'000'000);
constexpr auto kGrace = 15s;

TrainingJob job_on(int hosts, int retries = 0) {
  TrainingJob job;
  job.id = "id";
  job.name = "mnist";
  job.request = {{"RetryStrategy", {{"MaximumRetryAttempts", retries}}}};
  begin(job, kStart);
  Attempt attempt;
  for (int i = 1; i <= hosts; ++i) {
    attempt.hosts.emplace_back();
    attempt.hosts.back().name = "algo-" + std::to_string(i);
    attempt.hosts.back().instance_type = "ml.m5.large";
  }
  grant(job, attempt, kPreparingMessage, kStart);
  return job;
}

ExitRecord ended(Outcome outcome, Time at = kStart) {
  ExitRecord record;
  record.outcome = outcome;
  record.ended = at;
  if (outcome == Outcome::kFailed) record.failure_reason = "AlgorithmError: exit code: 3";
  return record;
}

TEST(Hosts, AJobIsWhereTheLastOfThemIs) {
  TrainingJob job = job_on(2);
  enter(job, "algo-1", Phase::kDownloading, kStart + 1s);
  EXPECT_EQ(job.secondary, SecondaryStatus::kStarting);
  enter(job, "algo-2", Phase::kDownloading, kStart + 2s);
  EXPECT_EQ(job.secondary, SecondaryStatus::kDownloading);
  EXPECT_EQ(job.training_start, kStart + 2s);
  enter(job, "algo-2", Phase::kTraining, kStart + 3s);
  EXPECT_EQ(job.secondary, SecondaryStatus::kDownloading);
  enter(job, "algo-1", Phase::kTraining, kStart + 4s);
  EXPECT_EQ(job.secondary, SecondaryStatus::kTraining);
}

TEST(Hosts, OneThatEndedHoldsUpNobody) {
  TrainingJob job = job_on(2);
  enter(job, "algo-2", Phase::kTraining, kStart + 1s);
  end_host(job, "algo-2", ended(Outcome::kCompleted), kGrace, kStart + 2s);
  EXPECT_EQ(job.status, Status::kInProgress);
  enter(job, "algo-1", Phase::kUploading, kStart + 3s);
  EXPECT_EQ(job.secondary, SecondaryStatus::kUploading);
}

TEST(Hosts, CompleteTogetherWithTheArtifactOfTheFirst) {
  TrainingJob job = job_on(2);
  end_host(job, "algo-2", ended(Outcome::kCompleted), kGrace, kStart + 1s);
  ExitRecord first = ended(Outcome::kCompleted);
  first.artifact = "s3://b/model.tar.gz";
  end_host(job, "algo-1", first, kGrace, kStart + 2s);
  EXPECT_EQ(job.status, Status::kCompleted);
  EXPECT_EQ(job.artifact, first.artifact);
}

TEST(Hosts, OneThatFailsEndsTheOthersAndGivesItsReason) {
  TrainingJob job = job_on(3);
  end_host(job, "algo-2", ended(Outcome::kFailed, kStart + 1s), kGrace, kStart + 1s);
  EXPECT_EQ(job.status, Status::kInProgress);
  ASSERT_TRUE(job.attempt->stop);
  EXPECT_EQ(job.attempt->stop->cause, StopCause::kPeerFailed);
  EXPECT_EQ(job.attempt->stop->kill_at, kStart + 16s);
  // What the others say then is no reason, even if it is a failure.
  end_host(job, "algo-1", ended(Outcome::kFailed, kStart + 2s), kGrace, kStart + 2s);
  end_host(job, "algo-3", ended(Outcome::kStopped, kStart + 3s), kGrace, kStart + 3s);
  EXPECT_EQ(job.status, Status::kFailed);
  EXPECT_EQ(job.failure_reason, "algo-2: AlgorithmError: exit code: 3");
}

TEST(Hosts, TheFirstToFailGivesTheReasonWhoeverIsHeardFirst) {
  TrainingJob job = job_on(2);
  end_host(job, "algo-1", ended(Outcome::kFailed, kStart + 5s), kGrace, kStart + 6s);
  end_host(job, "algo-2", ended(Outcome::kFailed, kStart + 4s), kGrace, kStart + 7s);
  EXPECT_TRUE(job.failure_reason.starts_with("algo-2: ")) << job.failure_reason;
}

TEST(Hosts, AHostThatTheMachineTookExplainsWhyTheOthersFailed) {
  TrainingJob job = job_on(2, 1);
  end_host(job, "algo-1", ended(Outcome::kFailed, kStart + 4s), kGrace, kStart + 4s);
  ExitRecord lost = ended(Outcome::kFailed, kStart + 5s);
  lost.infrastructure = true;
  end_host(job, "algo-2", lost, kGrace, kStart + 5s);
  EXPECT_EQ(job.secondary, SecondaryStatus::kRestarting);
  EXPECT_NE(job.transitions.back().message.find("algo-2: "), std::string::npos);
}

TEST(Hosts, ASecondRecordChangesNothing) {
  TrainingJob job = job_on(2);
  end_host(job, "algo-2", ended(Outcome::kCompleted), kGrace, kStart + 1s);
  const auto before = to_json(job);
  end_host(job, "algo-2", ended(Outcome::kFailed), kGrace, kStart + 2s);
  EXPECT_EQ(to_json(job), before);
}

TEST(Hosts, StoppedWhenAnyWas) {
  TrainingJob job = job_on(2);
  order_stop(job, StopCause::kRequested, 120s, kStart + 1s);
  end_host(job, "algo-1", ended(Outcome::kCompleted), kGrace, kStart + 2s);
  end_host(job, "algo-2", ended(Outcome::kStopped), kGrace, kStart + 3s);
  EXPECT_EQ(job.status, Status::kStopped);
}

TEST(Hosts, AreStoppedWhenThePeersOfOneThatStopsFailBeforeTheirOrder) {
  TrainingJob job = job_on(2);
  order_stop(job, StopCause::kMaxRuntime, 120s, kStart + 1s);
  end_host(job, "algo-2", ended(Outcome::kFailed, kStart + 2s), kGrace, kStart + 2s);
  EXPECT_FALSE(job.attempt->stop);  // the grace of the job's stop goes on
  EXPECT_EQ(job.attempt->hosts[1].exit->outcome, Outcome::kStopped);
  ExitRecord first = ended(Outcome::kStopped, kStart + 3s);
  first.artifact = "s3://b/model.tar.gz";
  end_host(job, "algo-1", first, kGrace, kStart + 3s);
  EXPECT_EQ(job.secondary, SecondaryStatus::kMaxRuntimeExceeded);
  EXPECT_EQ(job.artifact, first.artifact);
  EXPECT_EQ(job.failure_reason, "");
}

TEST(Hosts, AFailureBeforeTheStopStaysOne) {
  TrainingJob job = job_on(2);
  order_stop(job, StopCause::kRequested, 120s, kStart + 3s);
  end_host(job, "algo-2", ended(Outcome::kFailed, kStart + 2s), kGrace, kStart + 4s);
  end_host(job, "algo-1", ended(Outcome::kStopped, kStart + 5s), kGrace, kStart + 5s);
  EXPECT_EQ(job.status, Status::kFailed);
}

TEST(Hosts, AMachinesFaultOnOneIsTriedAgainOnAll) {
  TrainingJob job = job_on(2, 1);
  ExitRecord lost = ended(Outcome::kFailed);
  lost.infrastructure = true;
  end_host(job, "algo-2", lost, kGrace, kStart + 1s);
  ASSERT_TRUE(job.attempt);
  end_host(job, "algo-1", ended(Outcome::kStopped, kStart + 2s), kGrace, kStart + 2s);
  EXPECT_EQ(job.secondary, SecondaryStatus::kRestarting);
  EXPECT_FALSE(job.attempt);
}

TEST(Hosts, StrangersAreRefused) {
  TrainingJob job = job_on(2);
  EXPECT_THROW(enter(job, "algo-3", Phase::kTraining, kStart), Error);
  EXPECT_THROW(end_host(job, "", ended(Outcome::kFailed), kGrace, kStart), Error);
}

TEST(Hosts, EndInOneVerdictWhateverTheOrder) {
  std::mt19937 random(11);
  const auto pick = [&](int count) {
    return static_cast<int>(random() % static_cast<unsigned>(count));
  };
  for (int run = 0; run < 2000; ++run) {
    const int hosts = 1 + pick(4);
    TrainingJob job = job_on(hosts);
    Time now = kStart;
    bool any_failed = false;
    std::vector<int> left;
    for (int i = 1; i <= hosts; ++i) left.push_back(i);
    while (!left.empty()) {
      now += std::chrono::milliseconds(pick(3000));
      const auto at = static_cast<std::size_t>(pick(static_cast<int>(left.size())));
      const std::string host = "algo-" + std::to_string(left[at]);
      if (pick(3) == 0) {
        enter(job, host, static_cast<Phase>(pick(4)), now);
      } else if (pick(8) == 0) {
        order_stop(job, StopCause::kRequested, 120s, now);
      } else {
        const auto outcome = static_cast<Outcome>(pick(3));
        any_failed |= outcome == Outcome::kFailed && (hosts == 1 || !job.stop);
        end_host(job, host, ended(outcome, now), kGrace, now);
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(at));
      }
      EXPECT_EQ(is_final(job.status), left.empty());
      EXPECT_EQ(to_json(training_job_from_json(to_json(job))), to_json(job));
    }
    EXPECT_EQ(job.status == Status::kFailed, any_failed);
  }
}

}  // namespace
}  // namespace sagebrush::job
