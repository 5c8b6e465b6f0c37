#pragma once

#include <boost/asio/thread_pool.hpp>
#include <functional>

#include "http/asio_types.h"

namespace sagebrush::http {

// Runs blocking work on the pool while a coroutine of one io thread goes on; one piece at a time.
// All calls on that io thread. Can't be cancelled: done() must be awaited before what the work
// refers to goes away.
class WorkerJob {
 public:
  WorkerJob(asio::thread_pool& pool, IoExecutor io) : pool_(pool), io_(std::move(io)) {}
  // `work` must not throw.
  void start(std::move_only_function<void()> work);
  bool running() const { return running_; }
  Task<void> done();

 private:
  void finished();

  asio::thread_pool& pool_;
  IoExecutor io_;
  bool running_ = false;
  std::move_only_function<void()> resume_;
};

}  // namespace sagebrush::http
