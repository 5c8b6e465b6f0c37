#include "http/test_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/error.h"
#include "base/text.h"

namespace sagebrush::http {

TestPeer::TestPeer(Unconnected) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_.fd() < 0) throw_errno("socket");
  const timeval limit{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

TestPeer::TestPeer(std::uint16_t port) : TestPeer(Unconnected{}) {
  connect(port);
}

void TestPeer::connect(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw_errno("connect");
  }
}

bool TestPeer::try_send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket_.fd(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void TestPeer::send(std::string_view text) {
  if (!try_send(text)) throw_errno("send");
}

void TestPeer::finish_sending() {
  ::shutdown(socket_.fd(), SHUT_WR);
}

bool TestPeer::receive() {
  std::array<char, 65536> buffer;
  const ssize_t got = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
  if (got < 0 && errno != ECONNRESET) throw_errno("recv");
  if (got <= 0) return false;
  input_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::string TestPeer::take(std::size_t bytes) {
  std::string taken = input_.substr(0, bytes);
  input_.erase(0, bytes);
  return taken;
}

std::string TestPeer::read_until(std::string_view end) {
  std::size_t found = input_.find(end);
  while (found == std::string::npos) {
    if (!receive()) throw Error(ErrorKind::kIo, "closed after '" + input_ + "'");
    found = input_.find(end);
  }
  return take(found + end.size());
}

std::string TestPeer::read_exactly(std::size_t bytes) {
  while (input_.size() < bytes) {
    if (!receive()) throw Error(ErrorKind::kIo, "closed after '" + input_ + "'");
  }
  return take(bytes);
}

std::string TestPeer::read_to_close() {
  while (receive()) {
  }
  return take(input_.size());
}

std::string TestPeer::read_response() {
  std::string head = read_until("\r\n\r\n");
  constexpr std::string_view kName = "Content-Length: ";
  const std::size_t at = head.find(kName);
  if (at == std::string::npos) return head;
  return head + read_exactly(std::strtoull(head.c_str() + at + kName.size(), nullptr, 10));
}

void TestPeer::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.close();
}

}  // namespace sagebrush::http
