// What an attempt's hosts owe each other at its end: the first gathers what all have left, the
// others keep it until then.
#include <poll.h>

#include <filesystem>

#include "agent/attempt.h"
#include "base/error.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
using namespace agent_protocol;

// While somebody waits for this host's word, or this host for somebody's.
constexpr std::chrono::milliseconds kQuickPace{100};

void wait_for_news(const Orders& orders) {
  pollfd news{.fd = orders.descriptor(), .events = POLLIN, .revents = 0};
  ::poll(&news, 1, 1000);
  orders.clear();
}

}  // namespace

// Waits until all other hosts have ended; tells the server first that this one failed, so that it
// ends them.
Peers Attempt::await_peers(const ExitRecord& record) {
  if (spec_.hosts.size() < 2) return Peers::kEnded;
  if (record.outcome == Outcome::kFailed) heartbeat_->tell_failed(record.failure_reason);
  heartbeat_->set_pace(kQuickPace);
  for (;;) {
    orders_.check();
    const Peers peers = orders_.now().peers;
    if (peers != Peers::kRunning) return peers;
    wait_for_news(orders_);
  }
}

// Keeps what the container left until the attempt is over, which is when the lease is.
void Attempt::await_gathering() {
  if (spec_.gathers() || !fs::exists(place_.ml())) return;
  if (!heartbeat_) heartbeat_.emplace(spec_, orders_);
  heartbeat_->set_pace(kQuickPace);
  while (!orders_.lost()) wait_for_news(orders_);
}

MlFolders Attempt::ml_folders() const {
  MlFolders folders{place_.ml()};
  for (const auto& host : spec_.hosts) {
    if (host.name == spec_.host) continue;
    const AttemptFolder peer{folder_.root.parent_path() / host.name};
    const auto ml = container::Workplace{peer.work()}.ml();
    if (fs::exists(ml)) folders.push_back(ml);
  }
  return folders;
}

}  // namespace sagebrush::agent
