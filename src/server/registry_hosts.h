#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "server/options.h"

namespace sagebrush::server {

// The names, with their ports, by which a TrainingImage may mean this server's own registry:
// loopback, this machine's name and addresses, the configuration's `domain` and `registry_hosts`.
std::set<std::string> registry_hosts(const Options& options, std::uint16_t port,
                                     std::uint16_t tls_port);

}  // namespace sagebrush::server
