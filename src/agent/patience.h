#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

#include "agent/orders.h"
#include "base/error.h"

namespace sagebrush::agent {

// Calls `work` until it does not throw Error{kUnavailable}, with pauses of 50 ms growing to 1 s.
// Throws LeaseLost when the orders say so meanwhile; passes every other exception.
template <class Work>
auto until_available(const Orders& orders, Work work) {
  auto pause = std::chrono::milliseconds(50);
  for (;;) {
    orders.check();
    try {
      return work();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kUnavailable) throw;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(1000));
  }
}

}  // namespace sagebrush::agent
