#include "job/training_job.h"

#include <gtest/gtest.h>

namespace sagebrush::job {
namespace {

using namespace std::chrono_literals;

TEST(TrainingJob, ComesBackWhole) {
  TrainingJob job;
  job.id = "id";
  job.name = "n";
  job.request = {{"TrainingJobName", "n"}, {"MemberOfTomorrow", {{"x", 1}}}};
  job.transitions = {{SecondaryStatus::kStarting, from_ms(1), from_ms(2), "a"},
                     {SecondaryStatus::kTraining, from_ms(2), std::nullopt, "b"}};
  agent_protocol::ExitRecord exit;
  exit.failure_reason = "because";
  const Share half{.cpus = 1, .cpu_set = {0}, .memory_bytes = 3, .gpus = {1}};
  job.attempt = Attempt{.number = 2,
                        .token = "t",
                        .log_stream_suffix = "17",
                        .granted = from_ms(3),
                        .share = {.cpus = 2, .cpu_set = {0, 3}, .memory_bytes = 7, .gpus = {1, 2}},
                        .hosts = {{.name = "algo-1",
                                   .instance_type = "ml.m5.large",
                                   .group = "g",
                                   .share = half,
                                   .agent_starts = 1,
                                   .runtime = "crun",
                                   .phase = agent_protocol::Phase::kTraining,
                                   .exit = {}},
                                  {.name = "algo-2",
                                   .instance_type = "ml.m5.large",
                                   .group = "g",
                                   .share = half,
                                   .agent_starts = 0,
                                   .runtime = "",
                                   .phase = agent_protocol::Phase::kUploading,
                                   .exit = exit}},
                        .stop = StopOrder{StopCause::kPeerFailed, from_ms(6), from_ms(7)}};
  job.stop = StopOrder{StopCause::kMaxRuntime, from_ms(4), from_ms(5)};
  job.training_start = from_ms(2);
  EXPECT_EQ(to_json(training_job_from_json(to_json(job))), to_json(job));
}

TEST(TrainingJob, ReadsRecordsOfServersThatKnewOneHost) {
  TrainingJob job;
  job.request = {{"ResourceConfig", {{"InstanceType", "ml.c5.xlarge"}}}};
  auto record = to_json(job);
  record["attempt"] = boost::json::parse(R"({"number": 2, "token": "t", "cpu_set": [0, 3],
      "cpus": 2, "memory_bytes": 7, "log_stream_suffix": "17", "granted_ms": 3, "agent_starts": 1,
      "runtime": "crun 1.8.1"})");
  const auto attempt = training_job_from_json(record).attempt.value();
  ASSERT_EQ(attempt.hosts.size(), 1U);
  EXPECT_EQ(attempt.hosts[0].name, "algo-1");
  EXPECT_EQ(attempt.hosts[0].instance_type, "ml.c5.xlarge");
  EXPECT_EQ(attempt.hosts[0].share.cpu_set, (std::vector{0, 3}));
  EXPECT_EQ(attempt.hosts[0].agent_starts, 1);
}

TEST(TrainingJob, ReadsLimitsFromItsRequest) {
  TrainingJob job;
  EXPECT_EQ(job.max_runtime(), 86400s);
  EXPECT_EQ(job.most_attempts(), 1);
  job.request = {{"StoppingCondition", {{"MaxRuntimeInSeconds", 60}}},
                 {"RetryStrategy", {{"MaximumRetryAttempts", 3}}},
                 {"ResourceConfig", {{"InstanceType", "ml.c5.xlarge"}}}};
  EXPECT_EQ(job.max_runtime(), 60s);
  EXPECT_EQ(job.most_attempts(), 4);
  EXPECT_EQ(job.instance_type(), "ml.c5.xlarge");
}

}  // namespace
}  // namespace sagebrush::job
