// What an attempt's hosts have in common: their network, and at the end what they left, which the
// first gathers and the others keep until then.
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

container::HostNetwork Attempt::host_network() const {
  container::HostNetwork network;
  for (const auto& host : spec_.hosts) {
    if (host.name == spec_.host) network.own = network.hosts.size();
    network.hosts.push_back(host.name);
  }
  if (network.hosts.size() < 2) return network;
  if (runtime_.rootless) {
    throw Error(ErrorKind::kUnsupported,
                "a job of several instances needs a server that runs as root: without it they have "
                "no network");
  }
  network.meeting = folder_.root.parent_path() / network.hosts.front();
  return network;
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
