#include "algorithms/image_classification/job_hosts.h"

#include <algorithm>
#include <cstdlib>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

constexpr int kPort = 29500;  // torchrun's

int natural(const char* name, int by_default, int high) {
  const char* const text = std::getenv(name);
  if (text == nullptr || *text == '\0') return by_default;
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (*end != '\0' || value < 0 || value > high)
    user_error(std::string("environment variable ") + name + ": '" + text +
               "' is not a number from 0 to " + std::to_string(high));
  return static_cast<int>(value);
}

}  // namespace

JobHosts find_hosts(const ContainerPaths& paths) {
  JobHosts found = read_hosts(paths);
  found.port = natural("MASTER_PORT", kPort, 65535);
  const char* const interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface != nullptr) found.interface = interface;
  if (std::getenv("WORLD_SIZE") != nullptr) {
    found.size = natural("WORLD_SIZE", 1, 100000);
    found.rank = natural("RANK", 0, 100000);
    const char* const leader = std::getenv("MASTER_ADDR");
    found.leader = leader != nullptr ? leader : "127.0.0.1";
    if (found.rank >= found.size)
      user_error("environment variable RANK: " + std::to_string(found.rank) +
                 " is not below WORLD_SIZE, " + std::to_string(found.size));
    return found;
  }
  const auto here = std::find(found.hosts.begin(), found.hosts.end(), found.current);
  if (here == found.hosts.end())
    user_error("resourceconfig.json: current_host " + found.current + " is not among hosts");
  found.rank = static_cast<int>(here - found.hosts.begin());
  found.size = static_cast<int>(found.hosts.size());
  found.leader = found.hosts.front();
  return found;
}

}  // namespace sagebrush::vision
