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
            "Waiting for 2 CPUs and 4.0 GiB (free: 0 and 0 B); next in line");
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
            "Waiting for 1 CPUs, 2 GPUs and 1.0 GiB (free: 6, 0 and 62.0 GiB); next in line");
}

TEST(Scheduler, StopsOverdueJobsOnce) {
  Snapshot snapshot = machine(2, 8);
  RunningJob job{.id = "r",
                 .share = {.cpus = 1, .cpu_set = {0}, .memory_bytes = 1, .gpus = {}},
                 .stop_ordered = false,
                 .must_end = snapshot.now};
  snapshot.running = {job};
  ASSERT_EQ(next_actions(snapshot).size(), 1u);
  EXPECT_EQ(std::get<StopAtLimit>(next_actions(snapshot)[0]).job_id, "r");
  snapshot.running[0].stop_ordered = true;
  EXPECT_TRUE(next_actions(snapshot).empty());
}

RunningJob spot(const std::string& id, std::vector<int> cpus, Time saved) {
  RunningJob job{.id = id,
                 .share = {.cpus = static_cast<int>(cpus.size()),
                           .cpu_set = std::move(cpus),
                           .memory_bytes = kGibibyte,
                           .gpus = {}},
                 .stop_ordered = false,
                 .must_end = {}};
  job.spot = true;
  job.saved = saved;
  return job;
}

std::vector<std::string> interrupted(const std::vector<Action>& actions) {
  std::vector<std::string> ids;
  for (const auto& action : actions) {
    if (const auto* victim = std::get_if<Interrupt>(&action)) ids.push_back(victim->job_id);
  }
  return ids;
}

TEST(Spot, MakesRoomForOnDemandWork) {
  Snapshot snapshot = machine(4, 16);
  snapshot.running = {spot("s", {0, 1, 2, 3}, snapshot.now)};
  snapshot.waiting = {waiting("a", 2, 1)};
  snapshot.waiting[0].name = "urgent";
  const auto actions = next_actions(snapshot);
  EXPECT_EQ(interrupted(actions), (std::vector<std::string>{"s"}));
  EXPECT_EQ(std::get<Interrupt>(actions[0]).why, "job urgent needs the room");
  snapshot.running[0].stop_ordered = true;
  EXPECT_TRUE(interrupted(next_actions(snapshot)).empty());
}

TEST(Spot, WhoJustSavedACheckpointIsInterruptedFirst) {
  using namespace std::chrono_literals;
  Snapshot snapshot = machine(4, 16);
  snapshot.running = {spot("long-ago", {0, 1}, snapshot.now - 600s),
                      spot("just-now", {2, 3}, snapshot.now - 1s)};
  snapshot.waiting = {waiting("a", 2, 1)};
  EXPECT_EQ(interrupted(next_actions(snapshot)), (std::vector<std::string>{"just-now"}));
}

TEST(Spot, OnlyThoseAreInterruptedWhoTogetherMakeTheRoom) {
  using namespace std::chrono_literals;
  Snapshot snapshot = machine(4, 16);
  snapshot.running = {spot("small", {0}, snapshot.now - 1s),
                      spot("large", {1, 2, 3}, snapshot.now - 9s)};
  snapshot.waiting = {waiting("a", 3, 1)};
  EXPECT_EQ(interrupted(next_actions(snapshot)), (std::vector<std::string>{"large"}));
  snapshot.waiting = {waiting("a", 4, 1)};
  EXPECT_EQ(interrupted(next_actions(snapshot)).size(), 2u);
  snapshot.running[0].spot = false;
  EXPECT_TRUE(interrupted(next_actions(snapshot)).empty());
}

TEST(Spot, NobodyIsInterruptedForWhatAnotherLeavesAnyway) {
  Snapshot snapshot = machine(4, 16);
  snapshot.running = {spot("ending", {0, 1}, snapshot.now), spot("other", {2, 3}, snapshot.now)};
  snapshot.running[0].ending = true;
  snapshot.waiting = {waiting("a", 2, 1)};
  EXPECT_TRUE(interrupted(next_actions(snapshot)).empty());
}

TEST(Spot, StartsOnlyWhereNoOnDemandJobWaits) {
  Snapshot snapshot = machine(4, 16);
  snapshot.waiting = {waiting("s", 1, 1), waiting("a", 4, 1)};
  snapshot.waiting[0].spot = true;
  EXPECT_EQ(started(next_actions(snapshot)), (std::vector<std::string>{"a"}));
  snapshot.running = {spot("r", {0, 1}, snapshot.now)};
  snapshot.running[0].spot = false;
  EXPECT_TRUE(started(next_actions(snapshot)).empty());
  snapshot.waiting.pop_back();
  EXPECT_EQ(started(next_actions(snapshot)), (std::vector<std::string>{"s"}));
}

TEST(Spot, IsNeverInterruptedForSpot) {
  Snapshot snapshot = machine(4, 16);
  snapshot.running = {spot("r", {0, 1, 2, 3}, snapshot.now)};
  snapshot.waiting = {waiting("s", 1, 1)};
  snapshot.waiting[0].spot = true;
  EXPECT_TRUE(interrupted(next_actions(snapshot)).empty());
}

TEST(Limits, EndWaitingJobsToo) {
  Snapshot snapshot = machine(4, 16);
  snapshot.waiting = {waiting("wait", 1, 1), waiting("pending", 1, 1)};
  snapshot.waiting[0].must_complete = snapshot.now;
  snapshot.waiting[1].must_start = snapshot.now;
  const auto actions = next_actions(snapshot);
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(std::get<StopAtLimit>(actions[0]).cause, StopCause::kMaxWait);
  EXPECT_EQ(std::get<StopAtLimit>(actions[1]).cause, StopCause::kMaxPending);
}

TEST(WarmPools, AreTakenOverByJobsOfTheirKindAndKeptFromOthers) {
  using namespace std::chrono_literals;
  Snapshot snapshot = machine(4, 16);
  snapshot.pools = {
      {.job_id = "old",
       .share = {.cpus = 4, .cpu_set = {0, 1, 2, 3}, .memory_bytes = kGibibyte, .gpus = {}},
       .key = "k",
       .until = snapshot.now + 60s}};
  snapshot.waiting = {waiting("other", 4, 1), waiting("same", 4, 1)};
  snapshot.waiting[1].pool_key = "k";
  const auto actions = next_actions(snapshot);
  ASSERT_EQ(started(actions), (std::vector<std::string>{"same"}));
  EXPECT_EQ(std::get<StartAttempt>(actions[0]).pool, "old");
  snapshot.pools[0].until = snapshot.now;
  EXPECT_TRUE(std::holds_alternative<EndPool>(next_actions(snapshot)[0]));
}

TEST(WaitMessage, SaysWhoIsBeforeAndWhenThereIsRoom) {
  Snapshot snapshot = machine(2, 8);
  snapshot.now = from_ms(1'700'000'000'000);
  snapshot.running = {
      {.id = "r",
       .share = {.cpus = 2, .cpu_set = {0, 1}, .memory_bytes = kGibibyte, .gpus = {}},
       .stop_ordered = false,
       .must_end = from_ms(1'700'000'060'000)}};
  snapshot.waiting = {waiting("a", 2, 4), waiting("s", 1, 1), waiting("b", 1, 1)};
  snapshot.waiting[1].spot = true;
  EXPECT_TRUE(
      wait_message(snapshot, 0)
          .ends_with(
              "; next in line, room by about 2023-11-14T22:14:20.000Z unless others end sooner"))
      << wait_message(snapshot, 0);
  EXPECT_TRUE(wait_message(snapshot, 1).ends_with("; 2 jobs are before it"));
  EXPECT_TRUE(wait_message(snapshot, 2).ends_with("; 1 job is before it"));
}

}  // namespace
}  // namespace sagebrush::job
