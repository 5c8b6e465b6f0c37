#include "server/capacity.h"

#include <sched.h>

#include "job/gpus.h"

namespace sagebrush::server {

void settle_capacity(const Options& options, job::EngineSettings& settings) {
  job::Capacity& capacity = settings.capacity;
  capacity = job::capacity_of_this_machine();
  if (options.memory_bytes) capacity.memory_bytes = *options.memory_bytes;
  if (options.cpus) capacity.cpus = *options.cpus;
  std::vector<int> allowed;
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof set, &set);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) allowed.push_back(cpu);
  }
  settings.cpus.clear();
  for (int i = 0; i < capacity.cpus; ++i) {
    settings.cpus.push_back(allowed[static_cast<std::size_t>(i) % allowed.size()]);
  }
  settings.gpus = job::find_gpus();
  if (options.gpus && *options.gpus < static_cast<int>(settings.gpus.size())) {
    settings.gpus.resize(static_cast<std::size_t>(*options.gpus));
  }
  capacity.gpus = static_cast<int>(settings.gpus.size());
}

}  // namespace sagebrush::server
