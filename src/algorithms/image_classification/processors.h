#pragma once

namespace sagebrush::vision {

// Processors that this process may run on (sched_getaffinity), at least 1; OMP_NUM_THREADS if that
// is smaller.
int usable_processors();

// Whether they multiply in bfloat16 (AVX512_BF16).
bool has_bfloat16();

}  // namespace sagebrush::vision
