#include "container/server_relay.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>

#include "base/file.h"
#include "container/relay_loop.h"
#include "container/tunnel.h"

namespace sagebrush::container {
namespace {

namespace json = boost::json;

using Address = std::pair<std::string, std::string>;

TEST(HostAndPort, TakesServersAddresses) {
  EXPECT_EQ(host_and_port("http://127.0.0.1:9000"), Address("127.0.0.1", "9000"));
  EXPECT_EQ(host_and_port("https://host/"), Address("host", "443"));
  EXPECT_EQ(host_and_port("http://[::1]:8080/x"), Address("::1", "8080"));
  EXPECT_EQ(host_and_port("127.0.0.1:9000"), std::nullopt);
  EXPECT_EQ(host_and_port("http://host:99999"), std::nullopt);
  EXPECT_EQ(host_and_port("http://:80"), std::nullopt);
}

class Relay : public testing::Test {
 protected:
  void write_spec(const std::string& url) {
    const json::object spec{{"access",
                             {{"server_url", url},
                              {"access_key_id", "ASIAX"},
                              {"secret_access_key", "secret"},
                              {"session_token", "token"}}},
                            {"request", {{"RoleArn", "arn:role"}}}};
    write_file_atomically(spec_file(), json::serialize(spec));
  }
  std::filesystem::path spec_file() const { return directory_.path() / "spec.json"; }

  TemporaryDirectory directory_;
};

TEST_F(Relay, AnswersOnlyTheContainersOwnPath) {
  write_spec("http://127.0.0.1:1");
  const auto ask = [&](const std::string& line) {
    return credentials_answer(line + "\r\nHost: x\r\n\r\n", "/v2/credentials/id", spec_file());
  };
  const std::string good = ask("GET /v2/credentials/id HTTP/1.1");
  EXPECT_TRUE(good.starts_with("HTTP/1.1 200 OK\r\n"));
  const auto keys = json::parse(good.substr(good.find("\r\n\r\n") + 4)).as_object();
  EXPECT_EQ(keys.at("AccessKeyId"), "ASIAX");
  EXPECT_EQ(keys.at("SecretAccessKey"), "secret");
  EXPECT_EQ(keys.at("Token"), "token");
  EXPECT_EQ(keys.at("RoleArn"), "arn:role");
  EXPECT_TRUE(keys.at("Expiration").as_string().ends_with("Z"));
  for (const char* line : {"GET /v2/credentials/other HTTP/1.1", "GET /v2/credentials/idx HTTP/1.1",
                           "POST /v2/credentials/id HTTP/1.1", "", "\r\n"}) {
    EXPECT_TRUE(ask(line).starts_with("HTTP/1.1 404")) << line;
  }
  std::filesystem::remove(spec_file());
  EXPECT_TRUE(ask("GET /v2/credentials/id HTTP/1.1").starts_with("HTTP/1.1 500"));
}

File listener(std::uint16_t& port) {
  File socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  EXPECT_EQ(::bind(socket.fd(), reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  EXPECT_EQ(::listen(socket.fd(), 8), 0);
  socklen_t size = sizeof at;
  ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&at), &size);
  port = ntohs(at.sin_port);
  return socket;
}

// Goes on until `reached`; false when the tunnel ended before.
template <class Reached>
bool turn_until(Tunnel& tunnel, Reached reached) {
  while (!reached()) {
    auto waits = tunnel.waits();
    ::poll(waits.data(), waits.size(), 20);
    if (!tunnel.go_on(waits)) return false;
  }
  return true;
}

TEST_F(Relay, CarriesBytesBothWaysAndEachEnd) {
  std::uint16_t port = 0;
  const File server = listener(port);
  write_spec("http://127.0.0.1:" + std::to_string(port));
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
  const File client(ends[0]);
  Tunnel tunnel(File(ends[1]), spec_file());
  const File accepted(::accept4(server.fd(), nullptr, nullptr, SOCK_NONBLOCK));
  ASSERT_TRUE(accepted);

  const std::string request(1'000'000, 'u');
  const std::string answer(3'000'000, 'd');
  std::size_t asked = 0, answered = 0;
  std::string got, came;
  bool server_saw_end = false, client_saw_end = false;
  std::array<char, 65536> room{};
  turn_until(tunnel, [&] {
    if (asked < request.size()) {
      asked += static_cast<std::size_t>(std::max<ssize_t>(
          0, ::send(client.fd(), request.data() + asked, request.size() - asked, 0)));
      if (asked == request.size()) ::shutdown(client.fd(), SHUT_WR);
    }
    for (ssize_t n; (n = ::recv(accepted.fd(), room.data(), room.size(), 0)) >= 0;) {
      if (n == 0) {
        server_saw_end = true;
        break;
      }
      got.append(room.data(), static_cast<std::size_t>(n));
    }
    if (server_saw_end && answered < answer.size()) {
      answered += static_cast<std::size_t>(std::max<ssize_t>(
          0, ::send(accepted.fd(), answer.data() + answered, answer.size() - answered, 0)));
      if (answered == answer.size()) ::shutdown(accepted.fd(), SHUT_WR);
    }
    for (ssize_t n; (n = ::recv(client.fd(), room.data(), room.size(), 0)) >= 0;) {
      if (n == 0) {
        client_saw_end = true;
        break;
      }
      came.append(room.data(), static_cast<std::size_t>(n));
    }
    return client_saw_end;
  });
  EXPECT_EQ(got, request);
  for (ssize_t n; (n = ::recv(client.fd(), room.data(), room.size(), 0)) > 0;)
    came.append(room.data(), static_cast<std::size_t>(n));
  EXPECT_EQ(came, answer);
}

TEST_F(Relay, WaitsForAServerThatComesBackElsewhere) {
  std::uint16_t closed = 0;
  {
    const File gone = listener(closed);
  }
  write_spec("http://127.0.0.1:" + std::to_string(closed));
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
  const File client(ends[0]);
  Tunnel tunnel(File(ends[1]), spec_file());
  ASSERT_EQ(::send(client.fd(), "hello", 5, 0), 5);
  int turns = 0;
  EXPECT_TRUE(turn_until(tunnel, [&] { return ++turns > 3; }));
  std::uint16_t port = 0;
  const File server = listener(port);
  write_spec("http://127.0.0.1:" + std::to_string(port));
  File accepted;
  char room[8] = {};
  EXPECT_TRUE(turn_until(tunnel, [&] {
    if (!accepted) {
      pollfd wait{server.fd(), POLLIN, 0};
      if (::poll(&wait, 1, 0) == 1)
        accepted = File(::accept4(server.fd(), nullptr, nullptr, SOCK_NONBLOCK));
    }
    return accepted && ::recv(accepted.fd(), room, sizeof room, MSG_PEEK) == 5;
  }));
}

}  // namespace
}  // namespace sagebrush::container
