#include "container/netlink.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace sagebrush::container {
namespace {

// A message of netlink(7), grown at its end; every part is padded to four bytes.
class Message {
 public:
  Message() {
    nlmsghdr header{};
    header.nlmsg_type = RTM_NEWLINK;
    header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    append(&header, sizeof header);
  }

  void device(bool up) {
    ifinfomsg info{};
    info.ifi_flags = up ? IFF_UP : 0;
    info.ifi_change = IFF_UP;
    append(&info, sizeof info);
  }
  void text(std::uint16_t type, const std::string& value) {
    attribute(type, value.c_str(), value.size() + 1);
  }
  void number(std::uint16_t type, std::uint32_t value) { attribute(type, &value, sizeof value); }

  // An attribute that holds others: all that comes until close(the answer).
  std::size_t open(std::uint16_t type) {
    const std::size_t at = bytes_.size();
    attribute(type, nullptr, 0);
    return at;
  }
  void close(std::size_t at) {
    const auto length = static_cast<std::uint16_t>(bytes_.size() - at);
    std::memcpy(bytes_.data() + at, &length, sizeof length);
  }

  std::string finish() {
    const auto length = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &length, sizeof length);
    return std::move(bytes_);
  }

 private:
  void append(const void* data, std::size_t size) {
    if (size > 0) bytes_.append(static_cast<const char*>(data), size);
    bytes_.resize((bytes_.size() + 3) & ~std::size_t{3}, '\0');
  }
  void attribute(std::uint16_t type, const void* data, std::size_t size) {
    rtattr header{};
    header.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(size));
    header.rta_type = type;
    append(&header, sizeof header);
    append(data, size);
  }

  std::string bytes_;
};

// An ioctl of netdevice(7).
class Device {
 public:
  explicit Device(const std::string& name)
      : name_(name), socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    if (!socket_) throw_errno("socket");
  }
  void set_address(unsigned long request, const std::string& address) {
    ifreq wanted = named();
    auto* at = reinterpret_cast<sockaddr_in*>(&wanted.ifr_addr);
    at->sin_family = AF_INET;
    if (::inet_pton(AF_INET, address.c_str(), &at->sin_addr) != 1) {
      throw Error(ErrorKind::kInvalid, address + " is not an IPv4 address");
    }
    call(request, wanted);
  }
  void put_up() {
    ifreq wanted = named();
    wanted.ifr_flags = IFF_UP | IFF_RUNNING;
    call(SIOCSIFFLAGS, wanted);
  }

 private:
  ifreq named() const {
    ifreq wanted{};
    name_.copy(wanted.ifr_name, IFNAMSIZ - 1);
    return wanted;
  }
  void call(unsigned long request, ifreq& wanted) {
    if (::ioctl(socket_.fd(), request, &wanted) != 0) throw_errno("configure device " + name_);
  }

  std::string name_;
  File socket_;
};

}  // namespace

Netlink::Netlink() : socket_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {
  if (!socket_) throw_errno("netlink socket");
}

void Netlink::call(std::string request) {
  if (::send(socket_.fd(), request.data(), request.size(), 0) < 0) throw_errno("netlink");
  std::array<char, 8192> answer{};
  const ssize_t size = ::recv(socket_.fd(), answer.data(), answer.size(), 0);
  if (size < 0) throw_errno("netlink");
  nlmsghdr header{};
  nlmsgerr result{};
  if (static_cast<std::size_t>(size) < sizeof header + sizeof result.error) {
    throw Error(ErrorKind::kIo, "netlink gave a short answer");
  }
  std::memcpy(&header, answer.data(), sizeof header);
  std::memcpy(&result.error, answer.data() + sizeof header, sizeof result.error);
  if (header.nlmsg_type != NLMSG_ERROR || result.error == 0) return;
  if (result.error == -EOPNOTSUPP) {
    throw Error(ErrorKind::kUnsupported,
                "this kernel has no virtual network devices (veth, bridge)");
  }
  errno = -result.error;
  throw_errno("make a network device");
}

void Netlink::add_bridge(const std::string& name) {
  Message message;
  message.device(true);
  message.text(IFLA_IFNAME, name);
  const auto info = message.open(IFLA_LINKINFO);
  message.text(IFLA_INFO_KIND, "bridge");
  message.close(info);
  call(message.finish());
}

void Netlink::add_cable(const std::string& name, std::uint32_t bridge, const std::string& peer_name,
                        const File& peer_namespace) {
  Message message;
  message.device(true);
  message.text(IFLA_IFNAME, name);
  if (bridge != 0) message.number(IFLA_MASTER, bridge);
  const auto info = message.open(IFLA_LINKINFO);
  message.text(IFLA_INFO_KIND, "veth");
  const auto data = message.open(IFLA_INFO_DATA);
  const auto peer = message.open(VETH_INFO_PEER);
  message.device(false);
  message.text(IFLA_IFNAME, peer_name);
  message.number(IFLA_NET_NS_FD, static_cast<std::uint32_t>(peer_namespace.fd()));
  message.close(peer);
  message.close(data);
  message.close(info);
  call(message.finish());
}

std::uint32_t device_number(const std::string& name) {
  return ::if_nametoindex(name.c_str());
}

void configure_device(const std::string& name, const std::string& address,
                      const std::string& mask) {
  // A kernel without IPv6 has no such file.
  const File ipv6(
      ::open(("/proc/sys/net/ipv6/conf/" + name + "/disable_ipv6").c_str(), O_WRONLY | O_CLOEXEC));
  if (ipv6) ipv6.write_all("1");
  Device device(name);
  device.set_address(SIOCSIFADDR, address);
  device.set_address(SIOCSIFNETMASK, mask);
  device.put_up();
}

void configure_loopback(const std::string& address) {
  Device("lo").put_up();
  if (!address.empty()) Device("lo:0").set_address(SIOCSIFADDR, address);
}

}  // namespace sagebrush::container
