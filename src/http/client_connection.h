#pragma once

#include <boost/asio/ssl/stream.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>

#include "http/asio_types.h"
#include "http/client.h"

namespace sagebrush::http {

// One blocking connection of a client; each call ends within its timeout (error
// asio::error::timed_out), after which, as after any error, the connection is of no more use.
class ClientConnection {
 public:
  // Connects and, when `tls` is given, checks the peer's certificate and its name. Throws
  // Error{kUnavailable}.
  ClientConnection(const Endpoint& endpoint, asio::ssl::context* tls,
                   std::chrono::milliseconds timeout);
  IoResult read_some(std::span<std::byte> into, std::chrono::milliseconds timeout);
  IoResult write_some(std::span<const std::byte> data, std::chrono::milliseconds timeout);
  // Something came in, or the peer closed: on an idle connection always the latter's sign.
  bool has_input();

 private:
  template <typename Start>
  IoResult wait(std::chrono::milliseconds timeout, Start start);
  void connect(const Endpoint& endpoint, std::chrono::milliseconds timeout);
  void handshake(const Endpoint& endpoint, std::chrono::milliseconds timeout);

  asio::io_context io_{1};
  Socket socket_{io_};
  std::optional<asio::ssl::stream<Socket&>> tls_;
};

}  // namespace sagebrush::http
