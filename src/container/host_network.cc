#include "container/host_network.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <spdlog/spdlog.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "agent_protocol/json_reader.h"
#include "base/error.h"
#include "container/launch.h"
#include "container/netlink.h"
#include "container/replace_file.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using agent_protocol::JsonReader;

constexpr const char* kBridge = "hub";
constexpr const char* kMask = "255.255.0.0";

// One process that holds the network, and where: what network.json lists.
struct Holder {
  int pid = 0;
  std::uint64_t start_ticks = 0;
  std::vector<std::int64_t> descriptors;  // of the hosts in order, then of the hub
};

File own_namespace() {
  return File::open("/proc/thread-self/ns/net", O_RDONLY);
}

File new_namespace() {
  if (::unshare(CLONE_NEWNET) != 0) throw_errno("unshare network namespace");
  return own_namespace();
}

void enter(const File& space) {
  if (::setns(space.fd(), CLONE_NEWNET) != 0) throw_errno("enter network namespace");
}

void lay_cables(const HeldNetwork& network) {
  Netlink link;
  std::uint32_t bridge = 0;
  if (network.hosts.size() > 1) {
    link.add_bridge(kBridge);
    bridge = device_number(kBridge);
  }
  for (std::size_t i = 0; i < network.hosts.size(); ++i) {
    link.add_cable("port" + std::to_string(i + 1), bridge, kHostInterface, network.hosts[i]);
  }
}

// In the namespace that this thread is in, which is a host's own. As Docker does it: the ports
// below 1024 guard nothing there, and an image's user may serve on 80.
void open_low_ports() {
  const File ports(::open("/proc/sys/net/ipv4/ip_unprivileged_port_start", O_WRONLY | O_CLOEXEC));
  // Where /proc/sys is read-only, root alone has those ports.
  if (!ports || ::write(ports.fd(), "0", 1) != 1) spdlog::warn("ports below 1024 are root's");
}

HeldNetwork make_network(std::size_t hosts) {
  HeldNetwork network;
  for (std::size_t i = 0; i < hosts; ++i) network.hosts.push_back(new_namespace());
  network.hub = new_namespace();
  bool cables = true;
  try {
    lay_cables(network);
  } catch (const Error& error) {
    if (hosts > 1 || error.kind() != ErrorKind::kUnsupported) throw;
    spdlog::warn("no {}: {}", kHostInterface, error.what());
    cables = false;
  }
  for (std::size_t i = 0; i < hosts; ++i) {
    enter(network.hosts[i]);
    configure_loopback(cables ? "" : host_address(i));
    if (cables) configure_device(kHostInterface, host_address(i), kMask);
    open_low_ports();
  }
  return network;
}

std::vector<Holder> read_holders(const fs::path& file) {
  std::vector<Holder> holders;
  if (!fs::exists(file)) return holders;
  for (const auto& value : json::parse(read_file(file)).as_array()) {
    const JsonReader in(agent_protocol::as_object(value, "a holder"));
    Holder holder{static_cast<int>(in.integer("pid")), in.size("start_ticks"), {}};
    for (const auto& fd : in.array("descriptors")) {
      holder.descriptors.push_back(fd.to_number<std::int64_t>());
    }
    holders.push_back(std::move(holder));
  }
  return holders;
}

void write_holders(const fs::path& file, const std::vector<Holder>& holders) {
  json::array out;
  for (const auto& holder : holders) {
    out.push_back(json::object{
        {"pid", holder.pid},
        {"start_ticks", holder.start_ticks},
        {"descriptors", json::array(holder.descriptors.begin(), holder.descriptors.end())}});
  }
  replace_file(file, json::serialize(out));
}

bool is_namespace(const File& file) {
  struct statfs status{};
  return ::fstatfs(file.fd(), &status) == 0 && status.f_type == NSFS_MAGIC;
}

// Opens what that process holds; false when it has ended meanwhile.
bool take_over(const Holder& holder, HeldNetwork& network) {
  std::vector<File> spaces;
  for (const auto descriptor : holder.descriptors) {
    const std::string path =
        "/proc/" + std::to_string(holder.pid) + "/fd/" + std::to_string(descriptor);
    File space(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!space || !is_namespace(space)) return false;
    spaces.push_back(std::move(space));
  }
  // Asked after all are open: until here it was that process and no later one of the same number.
  if (spaces.empty() || start_ticks_of(holder.pid) != holder.start_ticks) return false;
  network.hub = std::move(spaces.back());
  spaces.pop_back();
  network.hosts = std::move(spaces);
  return true;
}

Holder this_process(const HeldNetwork& network) {
  Holder holder{::getpid(), start_ticks_of(::getpid()).value_or(0), {}};
  for (const auto& space : network.hosts) holder.descriptors.push_back(space.fd());
  holder.descriptors.push_back(network.hub.fd());
  return holder;
}

// Waits for the others' joining, which takes milliseconds; a process that ends lets it go.
File lock_meeting(const fs::path& meeting) {
  File lock = File::open(meeting / "network.lock", O_RDWR | O_CREAT);
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  while (::fcntl(lock.fd(), F_OFD_SETLKW, &whole) != 0) {
    if (errno != EINTR) throw_errno("lock of the attempt's network");
  }
  return lock;
}

HeldNetwork join(const HostNetwork& wanted) {
  const File lock = lock_meeting(wanted.meeting);
  const fs::path file = wanted.meeting / "network.json";
  auto holders = read_holders(file);
  HeldNetwork network;
  const bool found = std::ranges::any_of(
      holders, [&](const Holder& holder) { return take_over(holder, network); });
  if (!found) {
    holders.clear();
    network = make_network(wanted.hosts.size());
  }
  holders.push_back(this_process(network));
  write_holders(file, holders);
  return network;
}

}  // namespace

json::object to_json(const HostNetwork& network) {
  return {{"hosts", json::array(network.hosts.begin(), network.hosts.end())},
          {"own", network.own},
          {"meeting", network.meeting.string()}};
}

HostNetwork host_network_from_json(const json::object& object) {
  const JsonReader in(object);
  return {in.texts("hosts"), in.size("own"), in.text("meeting")};
}

std::string host_address(std::size_t place) {
  constexpr std::size_t kInRow = 250;
  return "10.0." + std::to_string(place / kInRow) + "." + std::to_string(place % kInRow + 1);
}

std::string hosts_file(const std::vector<std::string>& hosts) {
  std::string out = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n";
  for (std::size_t i = 0; i < hosts.size(); ++i) out += host_address(i) + " " + hosts[i] + "\n";
  return out;
}

HeldNetwork enter_network(const HostNetwork& network) {
  if (network.hosts.empty()) return {};
  HeldNetwork held = network.hosts.size() > 1 ? join(network) : make_network(network.hosts.size());
  enter(held.hosts.at(network.own));
  return held;
}

}  // namespace sagebrush::container
