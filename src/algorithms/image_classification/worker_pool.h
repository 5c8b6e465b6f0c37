#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sagebrush::vision {

// Threads that share out numbered tasks. The caller works too, so a pool of 1 starts no thread.
class WorkerPool {
 public:
  explicit WorkerPool(int threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  int threads() const { return static_cast<int>(threads_.size()) + 1; }

  // Runs task(0) … task(count - 1), each once, in any order and at once; returns when all are done.
  // Throws what one of them threw. Not from two threads, nor from within a task.
  void run(int count, const std::function<void(int)>& task);

 private:
  void work();
  void take_tasks();

  std::mutex mutex_;
  std::condition_variable start_;
  std::condition_variable done_;
  const std::function<void(int)>* task_ = nullptr;
  int count_ = 0;
  std::atomic<int> next_{0};
  int busy_ = 0;  // threads that have not finished this round
  long round_ = 0;
  bool closing_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

}  // namespace sagebrush::vision
