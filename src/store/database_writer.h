#pragma once

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/database.h"
#include "store/database_session.h"

namespace sagebrush::store {

// The writing connection and its thread: takes all works that wait, runs them in one transaction,
// commits, wakes their callers.
class DatabaseWriter {
 public:
  DatabaseWriter(DatabaseKind kind, std::unique_ptr<soci::session> session);
  ~DatabaseWriter();  // runs what waits first

  // See Database::write.
  void run(const Database::Work& work);

 private:
  struct Ticket {
    const Database::Work& work;
    bool done = false;
    std::exception_ptr error{};
  };

  void loop();
  void run_batch(const std::vector<Ticket*>& batch);
  void run_works(const std::vector<Ticket*>& batch);
  void run_in_savepoint(Ticket& ticket);
  void roll_back_and_fail(const std::vector<Ticket*>& batch, const Error& error);

  const DatabaseKind kind_;
  std::unique_ptr<soci::session> session_;
  bool connection_lost_ = false;  // of the thread
  std::mutex mutex_;
  std::condition_variable work_waits_;
  std::condition_variable batch_done_;
  std::vector<Ticket*> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sagebrush::store
