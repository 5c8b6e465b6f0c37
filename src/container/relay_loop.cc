#include "container/relay_loop.h"

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <list>
#include <vector>

#include "agent_protocol/json_reader.h"
#include "base/error.h"
#include "base/time.h"
#include "container/tunnel.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// Others wait in the sockets' queues.
constexpr std::size_t kMostClients = 1000;
constexpr std::size_t kRequestLimit = 16 * 1024;
// Keys are good for the whole attempt; clients ask again before this is over.
constexpr std::chrono::hours kKeysGoodFor{1};

std::string http_response(const char* status, const std::string& body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: "
      "close\r\n\r\n{}",
      status, body.size(), body);
}

std::string keys_of(const fs::path& spec) {
  const json::value value = json::parse(read_file(spec));
  const agent_protocol::JsonReader in(agent_protocol::as_object(value, "a spec"));
  const agent_protocol::JsonReader access(in.object("access"));
  const agent_protocol::JsonReader request(in.object("request"));
  return json::serialize(json::object{{"RoleArn", request.text_or("RoleArn", "")},
                                      {"AccessKeyId", access.text("access_key_id")},
                                      {"SecretAccessKey", access.text("secret_access_key")},
                                      {"Token", access.text("session_token")},
                                      {"Expiration", to_iso8601(now() + kKeysGoodFor)}});
}

// A client of the credentials endpoint: it asks once, is answered and left.
struct Asker {
  File socket;
  std::string request;

  bool go_on(const std::string& path, const fs::path& spec) {
    char piece[4096];
    const ssize_t got = ::recv(socket.fd(), piece, sizeof piece, 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    request.append(piece, static_cast<std::size_t>(got));
    if (got > 0 && request.find("\r\n\r\n") == std::string::npos) {
      return request.size() < kRequestLimit;
    }
    const std::string answer = credentials_answer(request, path, spec);
    (void)!::send(socket.fd(), answer.data(), answer.size(), MSG_NOSIGNAL);
    return false;
  }
};

class Loop {
 public:
  Loop(const fs::path& spec, const std::string& path, File server, File credentials)
      : spec_(spec),
        path_(path),
        server_(std::move(server)),
        credentials_(std::move(credentials)) {}

  void turn() {
    std::vector<pollfd> waits{{tunnels_.size() < kMostClients ? server_.fd() : -1, POLLIN, 0},
                              {askers_.size() < kMostClients ? credentials_.fd() : -1, POLLIN, 0}};
    auto patience = std::chrono::milliseconds(60'000);
    for (const auto& asker : askers_) waits.push_back({asker.socket.fd(), POLLIN, 0});
    for (const auto& tunnel : tunnels_) {
      const auto both = tunnel.waits();
      waits.insert(waits.end(), both.begin(), both.end());
      patience = std::min(patience, tunnel.patience());
    }
    const int ready = ::poll(waits.data(), waits.size(), static_cast<int>(patience.count()) + 1);
    if (ready < 0 && errno != EINTR) throw_errno("poll");
    std::size_t at = 2;
    for (auto it = askers_.begin(); it != askers_.end(); ++at) {
      const bool stays = waits[at].revents == 0 || it->go_on(path_, spec_);
      it = stays ? std::next(it) : askers_.erase(it);
    }
    for (auto it = tunnels_.begin(); it != tunnels_.end(); at += 2) {
      it = it->go_on({waits[at], waits[at + 1]}) ? std::next(it) : tunnels_.erase(it);
    }
    if (waits[0].revents != 0) take_clients();
    if (waits[1].revents != 0) take_askers();
  }

 private:
  static File accept(const File& listener) {
    return File(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  }
  void take_clients() {
    while (tunnels_.size() < kMostClients) {
      File socket = accept(server_);
      if (!socket) return;
      tunnels_.emplace_back(std::move(socket), spec_);
    }
  }
  void take_askers() {
    while (askers_.size() < kMostClients) {
      File socket = accept(credentials_);
      if (!socket) return;
      askers_.push_back({std::move(socket), ""});
    }
  }

  const fs::path& spec_;
  const std::string& path_;
  File server_, credentials_;
  std::list<Tunnel> tunnels_;
  std::list<Asker> askers_;
};

}  // namespace

std::string credentials_answer(const std::string& request, const std::string& credentials_path,
                               const fs::path& spec) {
  const std::string line = request.substr(0, request.find("\r\n"));
  const std::string wanted = "GET " + credentials_path;
  if (!line.starts_with(wanted + " ") && !line.starts_with(wanted + "?")) {
    return http_response("404 Not Found", R"({"code":"NotFound","message":"no such credentials"})");
  }
  try {
    return http_response("200 OK", keys_of(spec));
  } catch (const std::exception& error) {
    spdlog::error("credentials of the container: {}", error.what());
    return http_response("500 Internal Server Error",
                         R"({"code":"InternalServerError","message":"try again"})");
  }
}

void relay_loop(const fs::path& spec, const std::string& credentials_path, File server,
                File credentials) {
  Loop loop(spec, credentials_path, std::move(server), std::move(credentials));
  for (;;) {
    try {
      loop.turn();
    } catch (const std::exception& error) {
      spdlog::error("relay to the server: {}", error.what());
    }
  }
}

}  // namespace sagebrush::container
