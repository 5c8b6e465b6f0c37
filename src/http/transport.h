#pragma once

#include <array>
#include <boost/asio/ssl/stream.hpp>
#include <optional>
#include <span>
#include <string>

#include "http/asio_types.h"

namespace sagebrush::http {

// One accepted connection, plain or TLS. Used on its io thread only. Deadlines are the owner's:
// close() ends any wait.
class Transport {
 public:
  Transport(Socket socket, asio::ssl::context* tls);  // tls nullptr: plain
  bool secure() const { return tls_.has_value(); }
  std::string peer_address() const;
  IoExecutor executor() { return socket_.get_executor(); }

  Task<error_code> handshake();
  Task<IoResult> read_some(std::span<std::byte> into);
  Task<IoResult> write_some(std::array<asio::const_buffer, 2> data);
  // Says that nothing more comes from this side: close_notify, with the wait for the peer's, then
  // FIN.
  Task<void> shutdown();
  void close();

 private:
  Socket socket_;
  std::optional<asio::ssl::stream<Socket&>> tls_;
};

}  // namespace sagebrush::http
