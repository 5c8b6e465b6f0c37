#include "job/scheduler.h"

#include <algorithm>

#include "base/text.h"

namespace sagebrush::job {
namespace {

// What no running job holds.
struct Room {
  std::vector<int> cpus;
  std::uint64_t memory_bytes = 0;
};

Room room_left(const Snapshot& snapshot) {
  Room room{.cpus = snapshot.cpus, .memory_bytes = snapshot.capacity.memory_bytes};
  for (const auto& job : snapshot.running) {
    for (const int cpu : job.cpu_set) {
      // One place of that number: where jobs share processors it stands there several times.
      const auto place = std::ranges::find(room.cpus, cpu);
      if (place != room.cpus.end()) room.cpus.erase(place);
    }
    room.memory_bytes -= std::min(room.memory_bytes, job.memory_bytes);
  }
  return room;
}

bool fits(const Allotment& need, const Room& room) {
  return need.cpus <= static_cast<int>(room.cpus.size()) && need.memory_bytes <= room.memory_bytes;
}

StartAttempt take(const WaitingJob& job, Room& room) {
  StartAttempt start{.job_id = job.id,
                     .cpus = job.need.cpus,
                     .cpu_set = {room.cpus.begin(), room.cpus.begin() + job.need.cpus},
                     .memory_bytes = job.need.memory_bytes};
  room.cpus.erase(room.cpus.begin(), room.cpus.begin() + job.need.cpus);
  room.memory_bytes -= job.need.memory_bytes;
  return start;
}

std::string wait_message(const WaitingJob& job, const Room& room) {
  return "Waiting for " + std::to_string(job.need.cpus) + " CPUs and " +
         human_bytes(job.need.memory_bytes) + " (free: " + std::to_string(room.cpus.size()) +
         " and " + human_bytes(room.memory_bytes) + ")";
}

}  // namespace

std::vector<Action> next_actions(const Snapshot& snapshot) {
  std::vector<Action> actions;
  for (const auto& job : snapshot.running) {
    if (!job.stop_ordered && job.must_end && *job.must_end <= snapshot.now) {
      actions.emplace_back(StopForRuntime{job.id});
    }
  }
  Room room = room_left(snapshot);
  std::size_t started = 0;
  while (started < snapshot.waiting.size() && fits(snapshot.waiting[started].need, room)) {
    actions.emplace_back(take(snapshot.waiting[started], room));
    ++started;
  }
  // Only the head of the queue is told what it waits for at each change; the rest would be
  // rewritten with every start.
  if (started < snapshot.waiting.size()) {
    const auto& head = snapshot.waiting[started];
    actions.emplace_back(ExplainWait{head.id, wait_message(head, room)});
  }
  return actions;
}

}  // namespace sagebrush::job
