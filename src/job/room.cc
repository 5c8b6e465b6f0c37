#include "job/room.h"

#include <algorithm>

#include "job/scheduler.h"

namespace sagebrush::job {
namespace {

// Takes each held number out once.
void take_out(std::vector<int>& numbers, const std::vector<int>& held) {
  for (const int number : held) {
    const auto place = std::ranges::find(numbers, number);
    if (place != numbers.end()) numbers.erase(place);
  }
}

std::vector<int> take_first(std::vector<int>& numbers, int count) {
  std::vector<int> taken(numbers.begin(), numbers.begin() + count);
  numbers.erase(numbers.begin(), numbers.begin() + count);
  return taken;
}

}  // namespace

void take_out(Room& room, const Share& share) {
  take_out(room.cpus, share.cpu_set);
  take_out(room.gpus, share.gpus);
  room.memory_bytes -= std::min(room.memory_bytes, share.memory_bytes);
}

void give_back(Room& room, const Share& share) {
  room.cpus.insert(room.cpus.end(), share.cpu_set.begin(), share.cpu_set.end());
  room.gpus.insert(room.gpus.end(), share.gpus.begin(), share.gpus.end());
  room.memory_bytes += share.memory_bytes;
}

Room room_left(const Snapshot& snapshot) {
  Room room{
      .cpus = snapshot.cpus, .memory_bytes = snapshot.capacity.memory_bytes, .gpus = snapshot.gpus};
  for (const auto& job : snapshot.running) take_out(room, job.share);
  for (const auto& pool : snapshot.pools) take_out(room, pool.share);
  return room;
}

bool fits(const Allotment& need, const Room& room) {
  return need.cpus <= static_cast<int>(room.cpus.size()) &&
         need.memory_bytes <= room.memory_bytes && need.gpus <= static_cast<int>(room.gpus.size());
}

Share take(const Allotment& need, Room& room) {
  room.memory_bytes -= need.memory_bytes;
  return {.cpus = need.cpus,
          .cpu_set = take_first(room.cpus, need.cpus),
          .memory_bytes = need.memory_bytes,
          .gpus = take_first(room.gpus, need.gpus)};
}

}  // namespace sagebrush::job
