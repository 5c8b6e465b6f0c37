#include "job/scheduler.h"

#include <algorithm>

#include "base/text.h"

namespace sagebrush::job {
namespace {

// What no running job holds.
struct Room {
  std::vector<int> cpus;
  std::uint64_t memory_bytes = 0;
  std::vector<int> gpus;
};

// Takes each held number out once: where jobs share processors it stands there several times.
void take_out(std::vector<int>& numbers, const std::vector<int>& held) {
  for (const int number : held) {
    const auto place = std::ranges::find(numbers, number);
    if (place != numbers.end()) numbers.erase(place);
  }
}

Room room_left(const Snapshot& snapshot) {
  Room room{
      .cpus = snapshot.cpus, .memory_bytes = snapshot.capacity.memory_bytes, .gpus = snapshot.gpus};
  for (const auto& job : snapshot.running) {
    take_out(room.cpus, job.share.cpu_set);
    take_out(room.gpus, job.share.gpus);
    room.memory_bytes -= std::min(room.memory_bytes, job.share.memory_bytes);
  }
  return room;
}

bool fits(const Allotment& need, const Room& room) {
  return need.cpus <= static_cast<int>(room.cpus.size()) &&
         need.memory_bytes <= room.memory_bytes && need.gpus <= static_cast<int>(room.gpus.size());
}

std::vector<int> take_first(std::vector<int>& numbers, int count) {
  std::vector<int> taken(numbers.begin(), numbers.begin() + count);
  numbers.erase(numbers.begin(), numbers.begin() + count);
  return taken;
}

StartAttempt take(const WaitingJob& job, Room& room) {
  room.memory_bytes -= job.need.memory_bytes;
  return {.job_id = job.id,
          .share = {.cpus = job.need.cpus,
                    .cpu_set = take_first(room.cpus, job.need.cpus),
                    .memory_bytes = job.need.memory_bytes,
                    .gpus = take_first(room.gpus, job.need.gpus)}};
}

std::string amount(int cpus, std::uint64_t memory_bytes, int gpus, bool name_gpus) {
  std::string out = std::to_string(cpus) + " CPUs";
  if (name_gpus) out += ", " + std::to_string(gpus) + (gpus == 1 ? " GPU" : " GPUs");
  return out + " and " + human_bytes(memory_bytes);
}

std::string wait_message(const WaitingJob& job, const Room& room) {
  const bool gpus = job.need.gpus > 0;
  std::string free = std::to_string(room.cpus.size());
  if (gpus) free += ", " + std::to_string(room.gpus.size());
  return "Waiting for " + amount(job.need.cpus, job.need.memory_bytes, job.need.gpus, gpus) +
         " (free: " + free + " and " + human_bytes(room.memory_bytes) + ")";
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
