#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"

namespace sagebrush::container {

// The network of one attempt: each host has a namespace with eth0 at an address of its own, all on
// one switch in another namespace. Nothing leads out of it, and nothing of it has a name outside.
struct HostNetwork {
  std::vector<std::string> hosts;  // all of the attempt, in order; empty: the machine's network
  std::size_t own = 0;             // which of them this is
  // A folder that all hosts of the attempt share while they start. "" for a single host.
  std::filesystem::path meeting;
};
boost::json::object to_json(const HostNetwork& network);
HostNetwork host_network_from_json(const boost::json::object& object);

inline constexpr const char* kHostInterface = "eth0";

// Of the host in that place of the order: the same in every attempt.
std::string host_address(std::size_t place);
// The lines of /etc/hosts that say so.
std::string hosts_file(const std::vector<std::string>& hosts);

// Namespaces that this process keeps alive. Whoever holds one keeps the whole network: it vanishes
// with the last holder and the last container in it, however they end.
struct HeldNetwork {
  std::vector<File> hosts;
  File hub;
};

// Moves the calling thread into its host's namespace: in the network that another holder of the
// meeting has made, else in a new one. Names of hosts whose containers have not started yet answer
// already, and refuse connections. A single host whose kernel lacks such devices gets its address
// on the loopback. Throws Error{kUnsupported} when several do. The namespaces belong to this
// process's user namespace.
HeldNetwork enter_network(const HostNetwork& network);

}  // namespace sagebrush::container
