#pragma once

namespace sagebrush::vision {

// Processors that this process may run on (sched_getaffinity), at least 1; OMP_NUM_THREADS if that
// is smaller.
int usable_processors();

}  // namespace sagebrush::vision
