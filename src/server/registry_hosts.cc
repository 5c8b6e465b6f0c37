#include "server/registry_hosts.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <unistd.h>

#include <memory>

#include "base/text.h"

namespace sagebrush::server {
namespace {

std::string address_text(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    return ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text) ? text : "";
  }
  if (address->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    return ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text) ? "[" + std::string(text) + "]"
                                                                    : "";
  }
  return "";
}

void add_own_addresses(std::set<std::string>& names) {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all(first, &::freeifaddrs);
  for (const ifaddrs* one = first; one; one = one->ifa_next) {
    if (!one->ifa_addr) continue;
    if (const std::string text = address_text(one->ifa_addr); !text.empty()) names.insert(text);
  }
}

}  // namespace

std::set<std::string> registry_hosts(const Options& options, std::uint16_t port,
                                     std::uint16_t tls_port) {
  std::set<std::string> names{"localhost", "127.0.0.1", "[::1]", to_lower(options.domain)};
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) == 0 && name[0]) names.insert(to_lower(name));
  add_own_addresses(names);
  std::set<std::string> hosts;
  for (const std::string& host : names) {
    hosts.insert(host + ":" + std::to_string(port));
    hosts.insert(host + ":" + std::to_string(tls_port));
    // Clients leave the scheme's own port out.
    if (port == 80 || tls_port == 443) hosts.insert(host);
  }
  for (const std::string& host : options.registry_hosts) hosts.insert(to_lower(host));
  return hosts;
}

}  // namespace sagebrush::server
