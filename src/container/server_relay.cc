#include "container/server_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "container/credentials_address.h"
#include "container/relay_loop.h"

namespace sagebrush::container {
namespace {

constexpr int kBacklog = 256;
constexpr std::uint16_t kHttp = 80;

File listen_at(const char* address, std::uint16_t port) {
  File socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) throw_errno("socket");
  const int on = 1;
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  ::inet_pton(AF_INET, address, &at.sin_addr);
  if (::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
      ::listen(socket.fd(), kBacklog) != 0) {
    throw_errno("listen at " + std::string(address) + ":" + std::to_string(port));
  }
  return socket;
}

struct Message {
  char byte = '!';
  iovec piece{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
  msghdr header{};
  Message() {
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
  }
};

void send_sockets(const File& channel, const File& server, const File& credentials) {
  Message message;
  cmsghdr* part = CMSG_FIRSTHDR(&message.header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(2 * sizeof(int));
  const int both[2] = {server.fd(), credentials.fd()};
  std::memcpy(CMSG_DATA(part), both, sizeof both);
  if (::sendmsg(channel.fd(), &message.header, MSG_NOSIGNAL) < 0) throw_errno("start the relay");
}

// nullopt when the shim ended before it had any.
std::optional<std::pair<File, File>> receive_sockets(int channel) {
  Message message;
  if (::recvmsg(channel, &message.header, MSG_CMSG_CLOEXEC) <= 0) return std::nullopt;
  const cmsghdr* part = CMSG_FIRSTHDR(&message.header);
  if (!part || part->cmsg_type != SCM_RIGHTS) return std::nullopt;
  int both[2] = {-1, -1};
  std::memcpy(both, CMSG_DATA(part), sizeof both);
  return std::pair{File(both[0]), File(both[1])};
}

[[noreturn]] void be_relay(pid_t shim, int channel, const std::filesystem::path& spec,
                           const std::string& credentials_path) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != shim) ::_exit(0);
  ::prctl(PR_SET_NAME, "sagebrush-relay");
  // The shim's lock and pipes are not this process's to hold.
  constexpr int kChannel = 3;
  if (channel != kChannel) ::dup2(channel, kChannel);
  ::close_range(kChannel + 1, ~0U, 0);
  ::signal(SIGPIPE, SIG_IGN);
  if (auto sockets = receive_sockets(kChannel)) {
    relay_loop(spec, credentials_path, std::move(sockets->first), std::move(sockets->second));
  }
  ::_exit(0);
}

}  // namespace

std::optional<std::pair<std::string, std::string>> host_and_port(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return std::nullopt;
  std::string host = url.substr(scheme + 3);
  host = host.substr(0, host.find('/'));
  std::string port = url.starts_with("https") ? "443" : "80";
  const auto colon = host.rfind(':');
  if (colon != std::string::npos && host.find(']', colon) == std::string::npos) {
    port = host.substr(colon + 1);
    host.resize(colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto number = parse_unsigned(port);
  if (host.empty() || !number || *number == 0 || *number > 65535) return std::nullopt;
  return std::pair{host, port};
}

RelayProcess::RelayProcess(const std::filesystem::path& spec, const ServerAccess& access)
    : access_(access) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) throw_errno("socketpair");
  channel_ = File(ends[0]);
  const File theirs(ends[1]);
  const pid_t shim = ::getpid();
  child_ = ::fork();
  if (child_ < 0) throw_errno("fork");
  if (child_ == 0) be_relay(shim, theirs.fd(), spec, access_.credentials_path);
}

RelayProcess::~RelayProcess() {
  if (::waitpid(child_, nullptr, WNOHANG) != 0) return;  // ended, and perhaps taken, before
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

void RelayProcess::listen() {
  const File server = listen_at("127.0.0.1", access_.port);
  const File credentials = listen_at(kCredentialsAddress, kHttp);
  send_sockets(channel_, server, credentials);
  channel_.close();
}

}  // namespace sagebrush::container
