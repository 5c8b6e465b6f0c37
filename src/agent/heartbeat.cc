#include "agent/heartbeat.h"

#include <spdlog/spdlog.h>

#include "base/error.h"

namespace sagebrush::agent {

using namespace agent_protocol;
using std::chrono::milliseconds;

Heartbeat::Heartbeat(const Spec& spec, Orders& orders)
    : gate_(spec), orders_(orders), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Heartbeat::enter(Phase phase, std::string message) {
  const std::lock_guard hold(mutex_);
  waiting_.push_back({phase, now(), std::move(message), ""});
  changed_.notify_all();
}

void Heartbeat::flush() {
  std::unique_lock hold(mutex_);
  changed_.wait(hold, [this] { return waiting_.empty() || orders_.lost(); });
}

bool Heartbeat::tell(const Report& report) {
  try {
    orders_.update(gate_.report(report));
    return true;
  } catch (const LeaseLost& lost) {
    spdlog::warn("lease lost: {}", lost.what());
    orders_.lose();
  } catch (const Error& error) {
    spdlog::warn("report not delivered: {}", error.what());
    if (orders_.abandoned()) orders_.lose();
  }
  return false;
}

void Heartbeat::run(const std::stop_token& stop) {
  std::unique_lock hold(mutex_);
  milliseconds pause{1000};
  while (!stop.stop_requested() && !orders_.lost()) {
    changed_.wait_for(hold, stop, pause,
                      [&] { return pause.count() == 1000 && !waiting_.empty(); });
    if (stop.stop_requested()) break;
    const bool phase = !waiting_.empty();
    const Report report = phase ? waiting_.front() : Report{{}, now(), "", ""};
    hold.unlock();
    const bool told = tell(report);
    hold.lock();
    if (told && phase) waiting_.pop_front();
    // A phase that was not told is tried again sooner than the next heartbeat.
    pause = told ? milliseconds(1000) : milliseconds(phase ? 200 : 1000);
    changed_.notify_all();
  }
  changed_.notify_all();
}

}  // namespace sagebrush::agent
