#pragma once

#include <string>
#include <vector>

#include "algorithms/image_classification/container_paths.h"

namespace sagebrush::vision {

// The hosts that train together, and which one this is.
struct JobHosts {
  std::vector<std::string> hosts;  // resourceconfig.json's; rank 0 first
  std::string current;
  int rank = 0;
  int size = 1;
  std::string leader;
  int port = 0;
  std::string interface;  // the network device the others are reached by; "": by this host's name
};

// From resourceconfig.json, or where they are set from RANK, WORLD_SIZE, MASTER_ADDR and
// MASTER_PORT, as torchrun sets them; GLOO_SOCKET_IFNAME names the interface. Throws Error{kUser}
// when they contradict themselves.
JobHosts find_hosts(const ContainerPaths& paths);

// resourceconfig.json alone: hosts and current; "algo-1" where it is absent.
JobHosts read_hosts(const ContainerPaths& paths);

// Throws Error{kUser} when a channel is shared out among the hosts: each must have all images.
void check_distribution(const ContainerPaths& paths);

}  // namespace sagebrush::vision
