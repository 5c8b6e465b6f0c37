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
  job.attempt = Attempt{.number = 2,
                        .token = "t",
                        .cpu_set = {0, 3},
                        .cpus = 2,
                        .memory_bytes = 7,
                        .log_stream_suffix = "17",
                        .granted = from_ms(3),
                        .agent_starts = 1,
                        .runtime = "crun"};
  job.stop = StopOrder{StopCause::kMaxRuntime, from_ms(4), from_ms(5)};
  job.training_start = from_ms(2);
  EXPECT_EQ(to_json(training_job_from_json(to_json(job))), to_json(job));
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
