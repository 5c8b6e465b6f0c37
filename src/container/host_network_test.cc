#include "container/host_network.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "container/netlink.h"

namespace sagebrush::container {
namespace {

sockaddr_in at(const std::string& address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &out.sin_addr);
  return out;
}

// 0 or errno.
int connect_to(const std::string& address, std::uint16_t port) {
  const File socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in there = at(address, port);
  const auto* name = reinterpret_cast<const sockaddr*>(&there);
  return ::connect(socket.fd(), name, sizeof there) == 0 ? 0 : errno;
}

File listen_at(const std::string& address, std::uint16_t port) {
  File socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in here = at(address, port);
  EXPECT_EQ(::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&here), sizeof here), 0);
  EXPECT_EQ(::listen(socket.fd(), 5), 0);
  return socket;
}

// Namespaces are a thread's own: each case runs in one that ends with it.
template <typename Case>
void in_a_thread(Case run) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  std::thread(run).join();
}

TEST(HostsFile, NamesEveryHost) {
  EXPECT_EQ(hosts_file({"algo-1", "algo-2"}),
            "127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.0.0.1 algo-1\n10.0.0.2 algo-2\n");
  EXPECT_EQ(host_address(249), "10.0.0.250");
  EXPECT_EQ(host_address(250), "10.0.1.1");
}

TEST(EnterNetwork, GivesASingleHostItsAddress) {
  in_a_thread([] {
    const HeldNetwork held = enter_network({.hosts = {"algo-1"}, .own = 0, .meeting = ""});
    EXPECT_NE(device_number(kHostInterface), 0U);
    const File listening = listen_at(host_address(0), 7777);
    EXPECT_EQ(connect_to(host_address(0), 7777), 0);
    EXPECT_EQ(connect_to("192.0.2.1", 80), ENETUNREACH);
  });
}

TEST(EnterNetwork, JoinsHostsThatMeet) {
  const TemporaryDirectory meeting;
  in_a_thread([&] {
    const std::vector<std::string> hosts{"algo-1", "algo-2", "algo-3"};
    HeldNetwork first = enter_network({.hosts = hosts, .own = 0, .meeting = meeting.path()});
    const File listening = listen_at(host_address(0), 7777);
    // The others have not come, and answer all the same.
    EXPECT_EQ(connect_to(host_address(2), 7777), ECONNREFUSED);
    const HeldNetwork third = enter_network({.hosts = hosts, .own = 2, .meeting = meeting.path()});
    EXPECT_EQ(connect_to(host_address(0), 7777), 0);
    // The network lives on in whoever holds it.
    first = HeldNetwork{};
    const HeldNetwork second = enter_network({.hosts = hosts, .own = 1, .meeting = meeting.path()});
    const File other = listen_at(host_address(1), 7778);
    EXPECT_EQ(connect_to(host_address(0), 7777), 0);
  });
}

TEST(EnterNetwork, KeepsAttemptsApartThatHaveTheSameAddresses) {
  const TemporaryDirectory one;
  const TemporaryDirectory two;
  in_a_thread([&] {
    const std::vector<std::string> hosts{"algo-1", "algo-2"};
    const HeldNetwork first = enter_network({.hosts = hosts, .own = 0, .meeting = one.path()});
    const File listening = listen_at(host_address(0), 7777);
    const HeldNetwork other = enter_network({.hosts = hosts, .own = 1, .meeting = two.path()});
    EXPECT_EQ(connect_to(host_address(0), 7777), ECONNREFUSED);
  });
}

TEST(EnterNetwork, StartsAnewWhereAllHoldersHaveEnded) {
  const TemporaryDirectory meeting;
  in_a_thread([&] {
    // A process of that number that is another one by now.
    const std::string stale = R"([{"pid": 1, "start_ticks": 12345, "descriptors": [0, 1, 2]}])";
    write_file_atomically(meeting.path() / "network.json", stale);
    const HeldNetwork held =
        enter_network({.hosts = {"algo-1", "algo-2"}, .own = 0, .meeting = meeting.path()});
    EXPECT_EQ(connect_to(host_address(1), 7777), ECONNREFUSED);
  });
}

}  // namespace
}  // namespace sagebrush::container
