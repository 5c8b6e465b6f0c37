#include <algorithm>

#include "base/text.h"
#include "job/room.h"
#include "job/scheduler.h"

namespace sagebrush::job {
namespace {

std::string amount(int cpus, std::uint64_t memory_bytes, int gpus, bool name_gpus) {
  std::string out = std::to_string(cpus) + " CPUs";
  if (name_gpus) out += ", " + std::to_string(gpus) + (gpus == 1 ? " GPU" : " GPUs");
  return out + " and " + human_bytes(memory_bytes);
}

// How many are started before job number `index`.
std::size_t jobs_before(const Snapshot& snapshot, std::size_t index) {
  const WaitingJob& job = snapshot.waiting[index];
  std::size_t count = 0;
  for (std::size_t i = 0; i < snapshot.waiting.size(); ++i) {
    const bool spot = snapshot.waiting[i].spot;
    if (spot == job.spot ? i < index : !spot) ++count;
  }
  return count;
}

// When there is room for it however long everybody takes; nullopt where somebody has no limit yet.
std::optional<Time> room_at_the_latest(const Snapshot& snapshot, const Allotment& need) {
  struct Release {
    Time at;
    const Share* share;
  };
  std::vector<Release> releases;
  for (const auto& job : snapshot.running) {
    if (job.must_end) releases.push_back({*job.must_end, &job.share});
  }
  for (const auto& pool : snapshot.pools) releases.push_back({pool.until, &pool.share});
  std::ranges::sort(releases, {}, &Release::at);
  Room room = room_left(snapshot);
  for (const auto& release : releases) {
    give_back(room, *release.share);
    if (fits(need, room)) return release.at;
  }
  return std::nullopt;
}

}  // namespace

std::string wait_message(const Snapshot& snapshot, std::size_t index) {
  const WaitingJob& job = snapshot.waiting[index];
  const Room room = room_left(snapshot);
  const bool gpus = job.need.gpus > 0;
  std::string free = std::to_string(room.cpus.size());
  if (gpus) free += ", " + std::to_string(room.gpus.size());
  std::string message = "Waiting for " +
                        amount(job.need.cpus, job.need.memory_bytes, job.need.gpus, gpus) +
                        " (free: " + free + " and " + human_bytes(room.memory_bytes) + ")";
  if (const std::size_t before = jobs_before(snapshot, index); before > 0) {
    return message + "; " + std::to_string(before) + (before == 1 ? " job is" : " jobs are") +
           " before it";
  }
  message += "; next in line";
  if (const auto latest = room_at_the_latest(snapshot, job.need)) {
    message += ", room by about " + to_iso8601(*latest) + " unless others end sooner";
  }
  return message;
}

}  // namespace sagebrush::job
