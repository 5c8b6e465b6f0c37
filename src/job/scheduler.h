#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "job/host_plan.h"

namespace sagebrush::job {

// What the scheduler looks at: plain data, taken at one moment.
struct WaitingJob {
  std::string id;
  Allotment need;
  std::string name = {};
  bool spot = false;
  std::string pool_key = {};  // of the warm pool that it could take over; "" for none
  std::optional<Time> must_start =
      {};  // creation + MaxPendingTimeInSeconds, before its first start
  std::optional<Time> must_complete = {};  // creation + MaxWaitTimeInSeconds
};

struct RunningJob {
  std::string id;
  Share share;
  bool stop_ordered = false;     // also: interrupted already
  std::optional<Time> must_end;  // when MaxRuntimeInSeconds is used up; absent before the start
  bool ending = false;           // by itself or by order: its room comes soon
  bool spot = false;
  std::optional<Time> saved = {};  // when it last stored a checkpoint, else when it began to train
  std::optional<Time> interrupt_at = {};  // a rehearsal's
  std::optional<Time> must_complete = {};
};

// Room that a finished job keeps for the next of its kind.
struct WarmPool {
  std::string job_id;
  Share share;
  std::string key;
  Time until;
};

struct Snapshot {
  Time now;
  Capacity capacity;
  std::vector<int> cpus;            // the processors' numbers, capacity.cpus of them
  std::vector<int> gpus;            // likewise
  std::vector<WaitingJob> waiting;  // in the order they came
  std::vector<RunningJob> running;
  std::vector<WarmPool> pools = {};
};

// What to do next.
struct StartAttempt {
  std::string job_id;
  Share share;            // for all its hosts
  std::string pool = {};  // the job whose warm pool it takes over
};
struct StopAtLimit {
  std::string job_id;
  StopCause cause = StopCause::kMaxRuntime;
};
// Ends a spot job's attempt: its checkpoints are kept, and it waits for room again.
struct Interrupt {
  std::string job_id;
  std::string why;
};
struct EndPool {
  std::string job_id;
};
struct ExplainWait {
  std::string job_id;
  std::string message;
};
using Action = std::variant<StartAttempt, StopAtLimit, Interrupt, EndPool, ExplainWait>;

// Pure: the same snapshot gives the same actions.
// On-demand jobs come before spot jobs, each first come, first served: nobody overtakes a job of
// its kind that does not fit yet, so a large one can't starve. A spot job starts when no on-demand
// job waits. A job that finds a warm pool of its kind takes that over at once. Where the first
// on-demand job does not fit, spot jobs are interrupted that together make room for it, those first
// that lose least since their last checkpoint; none, when that would not do.
std::vector<Action> next_actions(const Snapshot& snapshot);

// Why waiting job number `index` waits: what it needs, what is free, who is before it, and, for the
// first in line, when it will have room at the latest where that is known.
std::string wait_message(const Snapshot& snapshot, std::size_t index);

}  // namespace sagebrush::job
