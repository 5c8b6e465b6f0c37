#include "container/tunnel.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <memory>

#include "base/error.h"
#include "container/server_relay.h"

namespace sagebrush::container {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr std::size_t kRoom = 128 * 1024;
constexpr std::chrono::seconds kServerPatience{60};
constexpr milliseconds kPause{100};

// Where the spec says that the server is now; "" when it can't be read.
std::string server_url(const std::filesystem::path& spec) {
  std::ifstream in(spec);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  json::error_code failed;
  const json::value value = json::parse(text, failed);
  const auto* object = failed ? nullptr : value.if_object();
  const auto* access = object ? object->if_contains("access") : nullptr;
  const auto* members = access ? access->if_object() : nullptr;
  const auto* url = members ? members->if_contains("server_url") : nullptr;
  return url && url->is_string() ? std::string(url->get_string()) : "";
}

bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

Tunnel::Tunnel(File client, std::filesystem::path spec)
    : client_(std::move(client)), spec_(std::move(spec)), give_up_(Clock::now() + kServerPatience) {
  connect();
}

// Begins to connect; whether it worked shows when the socket can be written.
void Tunnel::connect() {
  server_ = File();
  next_try_ = Clock::now() + kPause;
  const auto at = host_and_port(server_url(spec_));
  if (!at) return;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(at->first.c_str(), at->second.c_str(), &hints, &found) != 0) return;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> hold(found, ::freeaddrinfo);
  File socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return;
  const int on = 1;
  ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(client_.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket.fd(), found->ai_addr, found->ai_addrlen) == 0 || errno == EINPROGRESS) {
    server_ = std::move(socket);
  }
}

std::array<pollfd, 2> Tunnel::waits() const {
  if (!open_) return {{{-1, 0, 0}, {server_.fd(), POLLOUT, 0}}};
  const auto events = [](const Flow& in, const Flow& out) {
    return static_cast<short>((!in.read_all && !in.pending() ? POLLIN : 0) |
                              (out.pending() ? POLLOUT : 0));
  };
  const short client = events(up_, down_);
  const short server = events(down_, up_);
  // Without an event asked for, poll would still tell a hang-up again and again.
  return {
      {{client == 0 ? -1 : client_.fd(), client, 0}, {server == 0 ? -1 : server_.fd(), server, 0}}};
}

milliseconds Tunnel::patience() const {
  if (open_) return milliseconds(60'000);
  const auto left = std::chrono::duration_cast<milliseconds>(next_try_ - Clock::now());
  return std::max(left, milliseconds(server_ ? 10 : 0));
}

// True once the server is there.
bool Tunnel::connected(short seen) {
  if (!server_ || seen == 0) return false;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(server_.fd(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error == 0) return true;
  server_ = File();
  return false;
}

bool Tunnel::fill(Flow& flow, const File& from) {
  if (flow.read_all || flow.pending()) return true;
  const ssize_t got = ::recv(from.fd(), flow.room.data(), flow.room.size(), 0);
  if (got < 0) return would_block(errno);
  flow.read_all = got == 0;
  flow.start = 0;
  flow.end = static_cast<std::size_t>(got);
  return true;
}

bool Tunnel::drain(Flow& flow, const File& to) {
  while (flow.pending()) {
    const ssize_t put = ::send(to.fd(), flow.room.data() + flow.start, flow.end - flow.start, 0);
    if (put < 0) return would_block(errno);
    flow.start += static_cast<std::size_t>(put);
  }
  if (flow.read_all && !flow.closed) {
    ::shutdown(to.fd(), SHUT_WR);
    flow.closed = true;
  }
  return true;
}

bool Tunnel::go_on(const std::array<pollfd, 2>& seen) {
  if (!open_) {
    if (connected(seen[1].revents)) {
      open_ = true;
      up_.room.resize(kRoom);
      down_.room.resize(kRoom);
    } else {
      if (Clock::now() > give_up_) return false;
      if (!server_ && Clock::now() >= next_try_) connect();
    }
    return true;
  }
  const bool alive =
      fill(up_, client_) && drain(up_, server_) && fill(down_, server_) && drain(down_, client_);
  return alive && !(up_.closed && down_.closed);
}

}  // namespace sagebrush::container
