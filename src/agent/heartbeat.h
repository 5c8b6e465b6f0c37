#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "agent/gate.h"
#include "agent/orders.h"

namespace sagebrush::agent {

// Tells the server each second that this agent lives, and each phase in order as soon as it can;
// brings the orders back. A server that is away delays the news and nothing else.
class Heartbeat {
 public:
  Heartbeat(const agent_protocol::Spec& spec, Orders& orders);
  void enter(agent_protocol::Phase phase, std::string message);
  // Tells, as a phase, that this host's container ended badly.
  void tell_failed(std::string reason);
  // Tells, with what is told next, that the checkpoints are stored.
  void checkpointed();
  // How often to tell that this agent lives, from now on.
  void set_pace(std::chrono::milliseconds pace);
  // Waits until every phase entered is told, or the lease is lost.
  void flush();

 private:
  void run(const std::stop_token& stop);
  bool tell(const agent_protocol::Report& report);

  Gate gate_;
  Orders& orders_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<agent_protocol::Report> waiting_;
  std::optional<Time> checkpointed_;  // not told yet
  std::chrono::milliseconds pace_{1000};
  std::jthread thread_;  // last: it uses all above
};

}  // namespace sagebrush::agent
