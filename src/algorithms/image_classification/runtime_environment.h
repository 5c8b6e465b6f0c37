#pragma once

namespace sagebrush::vision {

// Processors that this process may run on (sched_getaffinity), at least 1; OMP_NUM_THREADS if that
// is smaller.
int usable_processors();

// The numeric libraries read their variables when they are loaded, before main. Where one that
// matters is not set, sets it and executes this program anew, once; returns otherwise. The user's
// own settings stay.
void ensure_environment(char** argv);

}  // namespace sagebrush::vision
