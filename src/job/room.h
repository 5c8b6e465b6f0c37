#pragma once

#include <cstdint>
#include <vector>

#include "job/host_plan.h"

namespace sagebrush::job {

struct Snapshot;

// What nobody holds of the machine.
struct Room {
  std::vector<int> cpus;  // their numbers; one shared by several jobs stands there several times
  std::uint64_t memory_bytes = 0;
  std::vector<int> gpus;
};

// Beside running jobs and warm pools.
Room room_left(const Snapshot& snapshot);
bool fits(const Allotment& need, const Room& room);
Share take(const Allotment& need, Room& room);
void take_out(Room& room, const Share& share);
void give_back(Room& room, const Share& share);

}  // namespace sagebrush::job
