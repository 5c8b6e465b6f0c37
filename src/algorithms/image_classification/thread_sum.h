#pragma once

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace sagebrush::vision {

// Threads that add up vectors and all get the sum, again and again. Each member calls sum() equally
// often with equally long vectors; the order of the additions is the members'. A member that fails
// calls fail(), which makes the others' sum() throw rather than wait for ever.
class ThreadSum {
 public:
  explicit ThreadSum(int members) : parts_(static_cast<std::size_t>(members)) {}

  // Makes it usable again after fail(), before the members start.
  void reset() {
    waiting_ = 0;
    failed_ = false;
  }

  // `across`, when given, is called by one member with the threads' sum, to add other processes'.
  template <typename Across>
  void sum(int member, std::vector<double>& values, const Across& across) {
    std::unique_lock lock(mutex_);
    parts_[static_cast<std::size_t>(member)] = &values;
    const long round = round_;
    if (++waiting_ == static_cast<int>(parts_.size())) {
      total_[round % 2].assign(values.size(), 0.0);
      for (const std::vector<double>* part : parts_) {
        for (std::size_t i = 0; i < values.size(); ++i) total_[round % 2][i] += (*part)[i];
      }
      across(total_[round % 2]);
      waiting_ = 0;
      ++round_;
      lock.unlock();
      changed_.notify_all();
    } else {
      changed_.wait(lock, [&] { return failed_ || round_ != round; });
      if (round_ == round) throw std::runtime_error("another thread of this step failed");
      lock.unlock();
    }
    // The next round writes the other total, and the one after it waits for all members.
    values = total_[round % 2];
  }

  void fail() {
    {
      const std::lock_guard lock(mutex_);
      failed_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<const std::vector<double>*> parts_;
  std::vector<double> total_[2];
  long round_ = 0;
  int waiting_ = 0;
  bool failed_ = false;
};

}  // namespace sagebrush::vision
