#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <unordered_set>

#include "http/connection.h"

namespace sagebrush::http {

// One io thread and its connections. They are a task group: stop() ends them and join() waits for
// each.
class Shard {
 public:
  // `on_end` is called on the shard's thread after each connection's end.
  Shard(ServerContext& context, std::function<void()> on_end);
  ~Shard();
  asio::io_context& io() { return io_; }
  void start();
  // Any thread: takes over an accepted socket, made for io().
  void serve(Socket socket);
  // Any thread.
  void close_idle();
  void close_all();
  // Waits for the connections' end and ends the thread. No serve() any more.
  void join();

 private:
  Task<void> run_connection(Socket socket);
  void sweep();

  ServerContext& context_;
  std::function<void()> on_end_;
  asio::io_context io_{1};
  asio::executor_work_guard<IoExecutor> work_;
  Timer sweep_timer_;
  std::chrono::milliseconds sweep_period_;
  std::unordered_set<Connection*> connections_;  // io thread only, as is ending_
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace sagebrush::http
