#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "http/message.h"

namespace sagebrush::http {

struct Endpoint {
  bool secure = false;
  std::string host;
  std::uint16_t port = 80;
  std::string ca_file;  // PEM; "" = the system's authorities
};

// "http://127.0.0.1:9000", "https://localhost:9443/". Throws Error{kInvalid} that shows the text.
Endpoint parse_endpoint(std::string_view url);
// "127.0.0.1:9000", without the port when it is the scheme's own: what belongs into Host.
std::string host_header(const Endpoint& endpoint);

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";  // raw path and query
  Headers headers = {};      // Host and Content-Length are added when absent
  std::variant<std::string, FileSegment> body = {};
  std::chrono::milliseconds timeout{30000};                    // without any byte moving
  std::function<void(std::uint64_t sent_bytes)> on_sent = {};  // optional progress of the body
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

using BodySink = std::function<void(std::span<const std::byte>)>;

// Blocking client over one kept-alive connection; not for use by two threads at once. Reconnects by
// itself when the peer closed an idle connection. Throws Error{kUnavailable} when the peer can't be
// reached, goes away or stays silent past the timeout.
class Client {
 public:
  explicit Client(Endpoint endpoint);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  const Endpoint& endpoint() const;
  // A 2xx body goes to `sink` when there is one, else into the response.
  ClientResponse send(const ClientRequest& request, const BodySink& sink = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sagebrush::http
