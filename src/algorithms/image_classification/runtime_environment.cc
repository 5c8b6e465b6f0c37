#include "algorithms/image_classification/runtime_environment.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace sagebrush::vision {
namespace {

constexpr const char* kMark = "SAGEBRUSH_VISION_ENVIRONMENT";

// OpenBLAS 0.3.21 falls back to SSE3 kernels on processors that it does not know by model number.
const char* openblas_core() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return "SkylakeX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
  return nullptr;
}

bool set_if_absent(const char* name, const char* value) {
  if (value == nullptr || std::getenv(name) != nullptr) return false;
  ::setenv(name, value, 1);
  return true;
}

}  // namespace

int usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int count = 1;
  if (::sched_getaffinity(0, sizeof(set), &set) == 0) count = std::max(1, CPU_COUNT(&set));
  const char* wanted = std::getenv("OMP_NUM_THREADS");
  const int limit = wanted != nullptr ? std::atoi(wanted) : 0;
  return limit > 0 ? std::min(limit, count) : count;
}

void ensure_environment(char** argv) {
  if (std::getenv(kMark) != nullptr) return;
  // Waiting threads that spin take the processor from whoever shares it with us.
  bool changed = set_if_absent("OMP_WAIT_POLICY", "passive");
  changed = set_if_absent("OPENBLAS_NUM_THREADS", "1") || changed;
  changed = set_if_absent("OPENBLAS_CORETYPE", openblas_core()) || changed;
  if (!changed) return;
  ::setenv(kMark, "1", 1);
  ::execv("/proc/self/exe", argv);
  // Without /proc we go on as we are: slower, not wrong.
}

}  // namespace sagebrush::vision
