#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "agent/gate.h"
#include "agent/orders.h"
#include "container/frame_log.h"

namespace sagebrush::agent {

// Replaces what is not UTF-8 by U+FFFD.
std::string to_valid_utf8(std::string text);

// Follows output.log in a thread of its own and posts its lines, each once: the sequence number of
// a line is its index in the log (one more when the job has a notice, which is line 0), and the
// server says which it wants next.
class LogShipper {
 public:
  LogShipper(const agent_protocol::Spec& spec, std::filesystem::path log, Orders& orders);
  // Returns when all that is in the log is with the server, or the lease is lost. The container
  // must have ended. Throws Error{kIo} when lines are left that could not be delivered: another
  // shipper goes on where this one stopped.
  void finish();

 private:
  void run(const std::stop_token& stop);
  bool post_next();
  void rewind(std::uint64_t to);

  Gate gate_;
  std::filesystem::path log_;
  std::string notice_;
  Orders& orders_;
  container::FrameReader reader_;
  std::uint64_t next_ = 0;
  std::atomic<bool> ending_{false};
  std::string failure_;  // what ended the thread before its time
  File wake_;
  std::jthread thread_;
};

}  // namespace sagebrush::agent
