#include "agent/heartbeat.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace sagebrush::agent {

using namespace agent_protocol;
using std::chrono::milliseconds;

Heartbeat::Heartbeat(const Spec& spec, Orders& orders)
    : gate_(spec), orders_(orders), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Heartbeat::enter(Phase phase, std::string message) {
  const std::lock_guard hold(mutex_);
  waiting_.push_back({phase, now(), std::move(message), "", ""});
  changed_.notify_all();
}

void Heartbeat::tell_failed(std::string reason) {
  const std::lock_guard hold(mutex_);
  waiting_.push_back({{}, now(), "", "", std::move(reason)});
  changed_.notify_all();
}

void Heartbeat::checkpointed() {
  const std::lock_guard hold(mutex_);
  checkpointed_ = now();
}

void Heartbeat::set_pace(milliseconds pace) {
  const std::lock_guard hold(mutex_);
  pace_ = pace;
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
  constexpr milliseconds kRetry{200};
  std::unique_lock hold(mutex_);
  bool refused = false;  // what waits was not taken: tried again sooner than the next heartbeat
  while (!stop.stop_requested() && !orders_.lost()) {
    const milliseconds pause = refused ? std::min(kRetry, pace_) : pace_;
    changed_.wait_for(hold, stop, pause,
                      [&] { return pause > pace_ || (!refused && !waiting_.empty()); });
    if (stop.stop_requested()) break;
    const bool news = !waiting_.empty();
    Report report = news ? waiting_.front() : Report{{}, now(), "", "", ""};
    report.checkpointed = std::exchange(checkpointed_, std::nullopt);
    hold.unlock();
    const bool told = tell(report);
    hold.lock();
    if (told && news) waiting_.pop_front();
    if (!told && !checkpointed_) checkpointed_ = report.checkpointed;
    refused = !told && news;
    changed_.notify_all();
  }
  changed_.notify_all();
}

}  // namespace sagebrush::agent
