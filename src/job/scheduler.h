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
};

struct RunningJob {
  std::string id;
  Share share;
  bool stop_ordered = false;
  std::optional<Time> must_end;  // training start + MaxRuntimeInSeconds; absent before the start
};

struct Snapshot {
  Time now;
  Capacity capacity;
  std::vector<int> cpus;            // the processors' numbers, capacity.cpus of them
  std::vector<int> gpus;            // likewise
  std::vector<WaitingJob> waiting;  // in the order they came
  std::vector<RunningJob> running;
};

// What to do next.
struct StartAttempt {
  std::string job_id;
  Share share;  // for all its hosts
};
struct StopForRuntime {
  std::string job_id;
};
struct ExplainWait {
  std::string job_id;
  std::string message;
};
using Action = std::variant<StartAttempt, StopForRuntime, ExplainWait>;

// Pure: the same snapshot gives the same actions. First come, first served: nobody overtakes a job
// that does not fit yet, so a large one can't starve.
std::vector<Action> next_actions(const Snapshot& snapshot);

}  // namespace sagebrush::job
