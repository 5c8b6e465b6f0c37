#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"

namespace sagebrush::store {

class Blobs;
class Database;

// Takes blobs whose rows are gone off the disk, on a thread of its own. A blob to be removed stands
// in the table blob_garbage until its file is gone; at start all that stands there goes, then all
// blobs that no row names, and rows without blob are reported.
class BlobGarbage {
 public:
  BlobGarbage(Database& database, Blobs& blobs, const Clock& clock,
              std::chrono::milliseconds grace);
  ~BlobGarbage();  // leaves what waits to the next start
  // The rows of blob_garbage are committed.
  void add(const std::vector<std::string>& blobs);
  // Returns when the start's sweep and all that was added before and is due are done.
  void wait_until_collected();

 private:
  using Steady = std::chrono::steady_clock;
  struct Item {
    std::string blob;
    Steady::time_point due;
  };

  void loop();
  std::vector<std::string> take_due();  // mutex_ held
  void start_up();
  void collect(const std::vector<std::string>& blobs);
  void sweep();

  Database& database_;
  Blobs& blobs_;
  const Clock& clock_;  // of the rows
  const std::chrono::milliseconds grace_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> queue_;
  bool busy_ = true;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sagebrush::store
