#include "job/scheduler.h"

#include <gtest/gtest.h>

namespace sagebrush::job {
namespace {

constexpr std::uint64_t kGibibyte = 1024ULL * 1024 * 1024;

Snapshot machine(int cpus, std::uint64_t gibibytes) {
  Snapshot snapshot;
  snapshot.now = from_ms(1'000'000);
  snapshot.capacity = {cpus, gibibytes * kGibibyte};
  for (int cpu = 0; cpu < cpus; ++cpu) snapshot.cpus.push_back(cpu);
  return snapshot;
}

WaitingJob waiting(const std::string& id, int cpus, std::uint64_t gibibytes) {
  return {id, {.cpus = cpus, .memory_bytes = gibibytes * kGibibyte, .notice = "", .hosts = {}}};
}

std::vector<std::string> started(const std::vector<Action>& actions) {
  std::vector<std::string> ids;
  for (const auto& action : actions) {
    if (const auto* start = std::get_if<StartAttempt>(&action)) ids.push_back(start->job_id);
  }
  return ids;
}

TEST(Scheduler, StartsWhatFitsTogetherInOrder) {
  Snapshot snapshot = machine(4, 16);
  snapshot.waiting = {waiting("a", 2, 4), waiting("b", 2, 4), waiting("c", 2, 4)};
  const auto actions = next_actions(snapshot);
  EXPECT_EQ(started(actions), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(std::get<StartAttempt>(actions[0]).share.cpu_set, (std::vector{0, 1}));
  EXPECT_EQ(std::get<StartAttempt>(actions[1]).share.cpu_set, (std::vector{2, 3}));
  EXPECT_EQ(std::get<ExplainWait>(actions[2]).job_id, "c");
}

TEST(Scheduler, LetsNobodyOvertakeALargeJob) {
  Snapshot snapshot = machine(4, 16);
  snapshot.running = {
      {.id = "r",
       .share = {.cpus = 2, .cpu_set = {0, 1}, .memory_bytes = 4 * kGibibyte, .gpus = {}},
       .stop_ordered = false,
       .must_end = {}}};
  snapshot.waiting = {waiting("large", 4, 8), waiting("small", 1, 1)};
  EXPECT_TRUE(started(next_actions(snapshot)).empty());
}

TEST(Scheduler, CountsMemoryToo) {
  Snapshot snapshot = machine(8, 8);
  snapshot.waiting = {waiting("a", 1, 6), waiting("b", 1, 6)};
  EXPECT_EQ(started(next_actions(snapshot)), (std::vector<std::string>{"a"}));
}

TEST(Scheduler, SharesProcessorsWhereTheirNumbersRepeat) {
  Snapshot snapshot = machine(4, 16);
  snapshot.cpus = {0, 1, 0, 1};
  snapshot.running = {
      {.id = "r",
       .share = {.cpus = 2, .cpu_set = {0, 1}, .memory_bytes = kGibibyte, .gpus = {}},
       .stop_ordered = false,
       .must_end = {}}};
  snapshot.waiting = {waiting("a", 2, 1), waiting("b", 2, 1)};
  EXPECT_EQ(started(next_actions(snapshot)), (std::vector<std::string>{"a"}));
}

TEST(Scheduler, SaysWhatTheFirstWaits) {
  Snapshot snapshot = machine(2, 8);
  snapshot.running = {
      {.id = "r",
       .share = {.cpus = 2, .cpu_set = {0, 1}, .memory_bytes = 8 * kGibibyte, .gpus = {}},
       .stop_ordered = false,
       .must_end = {}}};
  snapshot.waiting = {waiting("a", 2, 4)};
  const auto actions = next_actions(snapshot);
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(std::get<ExplainWait>(actions[0]).message,
            "Waiting for 2 CPUs and 4.0 GiB (free: 0 and 0 B)");
}

TEST(Scheduler, HandsOutGpusByNumber) {
  Snapshot snapshot = machine(8, 64);
  snapshot.gpus = {0, 1, 2};
  for (const char* id : {"a", "b", "c"}) {
    snapshot.waiting.push_back(waiting(id, 1, 1));
    snapshot.waiting.back().need.gpus = 2;
  }
  snapshot.waiting[1].need.gpus = 1;
  const auto actions = next_actions(snapshot);
  EXPECT_EQ(started(actions), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(std::get<StartAttempt>(actions[1]).share.gpus, (std::vector{2}));
  EXPECT_EQ(std::get<ExplainWait>(actions[2]).message,
            "Waiting for 1 CPUs, 2 GPUs and 1.0 GiB (free: 6, 0 and 62.0 GiB)");
}

TEST(Scheduler, StopsOverdueJobsOnce) {
  Snapshot snapshot = machine(2, 8);
  RunningJob job{.id = "r",
                 .share = {.cpus = 1, .cpu_set = {0}, .memory_bytes = 1, .gpus = {}},
                 .stop_ordered = false,
                 .must_end = snapshot.now};
  snapshot.running = {job};
  ASSERT_EQ(next_actions(snapshot).size(), 1u);
  EXPECT_EQ(std::get<StopForRuntime>(next_actions(snapshot)[0]).job_id, "r");
  snapshot.running[0].stop_ordered = true;
  EXPECT_TRUE(next_actions(snapshot).empty());
}

}  // namespace
}  // namespace sagebrush::job
