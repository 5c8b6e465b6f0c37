#include "algorithms/image_classification/kept_memory.h"

#include <malloc.h>

namespace sagebrush::vision {

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kNever = -1;
  constexpr int kGrowBytes = 64 << 20;
  ::mallopt(M_ARENA_MAX, 1);  // a thread's own arena gives back whole pieces whatever the threshold
  ::mallopt(M_MMAP_MAX, 0);   // no block with a mapping of its own, which goes when it is freed
  ::mallopt(M_TRIM_THRESHOLD, kNever);
  ::mallopt(M_TOP_PAD, kGrowBytes);
#endif
}

}  // namespace sagebrush::vision
