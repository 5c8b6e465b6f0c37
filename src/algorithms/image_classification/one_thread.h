#pragma once

#include <ATen/Parallel.h>

namespace sagebrush::vision {

// The pool's threads are the parallelism: within one, the tensor library uses one. Called at the
// start of a task.
inline void use_one_thread() {
  thread_local const bool done = [] {
    at::set_num_threads(1);
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace sagebrush::vision
