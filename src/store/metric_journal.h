#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace sagebrush::store {

// One append-only file of frames (log_frame.h): what was taken in since the last time that all was
// written to the database.
class MetricJournal {
 public:
  // Makes the file; it must not be there.
  MetricJournal(const std::filesystem::path& directory, std::uint64_t number);

  std::uint64_t number() const { return number_; }
  // Appends without waiting; answers what wait_until_durable() wants. Throws Error and leaves the
  // file as it was when the disk is full. One caller at a time.
  std::uint64_t append(std::string_view payload);
  // Callers that wait together share one fdatasync. A sync that fails ends the process
  // (fail_stop.h).
  void wait_until_durable(std::uint64_t offset);

  // Numbers of the journals in the folder, in order.
  static std::vector<std::uint64_t> find_all(const std::filesystem::path& directory);
  // Every whole frame's payload, in order; a torn end is left out.
  static void replay(const std::filesystem::path& directory, std::uint64_t number,
                     const std::function<void(std::string_view)>& take);
  static void remove(const std::filesystem::path& directory, std::uint64_t number);

 private:
  std::uint64_t number_;
  File file_;
  std::uint64_t written_ = 0;
  std::mutex mutex_;
  std::condition_variable synced_;
  std::uint64_t durable_ = 0;
  std::uint64_t appended_ = 0;
  bool syncing_ = false;
};

}  // namespace sagebrush::store
