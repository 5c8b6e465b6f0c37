#include "container/credentials_address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::container {
namespace {

ifreq named(const char* name) {
  ifreq request{};
  std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  return request;
}

void ask(const File& socket, unsigned long what, ifreq& request, const char* said) {
  if (::ioctl(socket.fd(), what, &request) != 0) throw_errno(said);
}

void set_address(const File& socket, const char* name, unsigned long what, const char* address) {
  ifreq request = named(name);
  auto* to = reinterpret_cast<sockaddr_in*>(&request.ifr_addr);
  to->sin_family = AF_INET;
  ::inet_pton(AF_INET, address, &to->sin_addr);
  ask(socket, what, request, "give the loopback an address");
}

}  // namespace

void add_credentials_address() {
  const File socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) throw_errno("socket");
  set_address(socket, "lo:1", SIOCSIFADDR, kCredentialsAddress);
  set_address(socket, "lo:1", SIOCSIFNETMASK, "255.255.255.255");
}

}  // namespace sagebrush::container
