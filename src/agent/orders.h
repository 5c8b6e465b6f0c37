#pragma once

#include <sys/eventfd.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include "agent/gate.h"
#include "agent_protocol/messages.h"
#include "base/error.h"
#include "base/file.h"

namespace sagebrush::agent {

// The attempt is to stop, and has no container yet.
class StopOrdered : public std::runtime_error {
 public:
  StopOrdered() : std::runtime_error("stopped before the start") {}
};

// What the server wants of this attempt right now, shared by the agent's threads.
class Orders {
 public:
  // spec: the attempt's file. Without it nobody will ever answer: the data folder is gone.
  explicit Orders(std::filesystem::path spec)
      : spec_(std::move(spec)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_) throw_errno("eventfd");
  }

  agent_protocol::ReportAnswer now() const {
    const std::lock_guard hold(mutex_);
    return answer_;
  }
  void update(const agent_protocol::ReportAnswer& answer) {
    const std::lock_guard hold(mutex_);
    const bool same_stop =
        !answer.stop || (answer_.stop == answer.stop && answer_.kill_at == answer.kill_at);
    if (same_stop && answer_.peers == answer.peers) return;
    answer_.peers = answer.peers;
    if (answer.stop) {
      answer_.stop = answer.stop;
      answer_.kill_at = answer.kill_at;
    }
    wake();
  }

  bool lost() const { return lost_; }
  void lose() {
    lost_ = true;
    wake();
  }
  bool abandoned() const { return !std::filesystem::exists(spec_); }
  void check() const {
    if (lost_ || abandoned()) throw LeaseLost("another attempt has taken over, or the job is gone");
    if (before_start_ && now().stop) throw StopOrdered();
  }
  // While there is no container yet, a stop ends whatever is done for it.
  void set_before_start(bool before) { before_start_ = before; }
  // Readable when something changed.
  int descriptor() const { return wake_.fd(); }
  void clear() const {
    eventfd_t ignored = 0;
    ::eventfd_read(wake_.fd(), &ignored);
  }

 private:
  void wake() const { ::eventfd_write(wake_.fd(), 1); }

  std::filesystem::path spec_;
  mutable std::mutex mutex_;
  // Until the server has answered, the others may still be at work.
  agent_protocol::ReportAnswer answer_{
      .stop = {}, .kill_at = {}, .peers = agent_protocol::Peers::kRunning};
  std::atomic<bool> lost_{false};
  std::atomic<bool> before_start_{false};
  File wake_;
};

}  // namespace sagebrush::agent
