#include "algorithms/image_classification/processors.h"

#include <sched.h>

#include <algorithm>
#include <cstdlib>

namespace sagebrush::vision {

int usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int count = 1;
  if (::sched_getaffinity(0, sizeof(set), &set) == 0) count = std::max(1, CPU_COUNT(&set));
  const char* wanted = std::getenv("OMP_NUM_THREADS");
  const int limit = wanted != nullptr ? std::atoi(wanted) : 0;
  return limit > 0 ? std::min(limit, count) : count;
}

bool has_bfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace sagebrush::vision
