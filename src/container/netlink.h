#pragma once

#include <cstdint>
#include <string>

#include "base/file.h"

namespace sagebrush::container {

// Makes network devices in the network namespace that the calling thread is in when this is made.
// Every call throws Error{kUnsupported} when the kernel has no such devices, else as throw_errno
// says. Needs CAP_NET_ADMIN there.
class Netlink {
 public:
  Netlink();
  // A switch, up.
  void add_bridge(const std::string& name);
  // A cable: one end here, up, on the bridge of that number (0: on none); the other, down, in the
  // namespace that is open as peer_namespace.
  void add_cable(const std::string& name, std::uint32_t bridge, const std::string& peer_name,
                 const File& peer_namespace);

 private:
  void call(std::string request);

  File socket_;
};

// Of the calling thread's namespace. 0: no such device.
std::uint32_t device_number(const std::string& name);
// Gives a device an IPv4 address ("10.0.0.1", "255.255.0.0"), no IPv6 one, and puts it up.
void configure_device(const std::string& name, const std::string& address, const std::string& mask);
// Puts the loopback up, also at that address besides its own ("": only its own).
void configure_loopback(const std::string& address = "");

}  // namespace sagebrush::container
