#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/message.h"

namespace sagebrush::http {

struct TlsFiles {
  std::string certificate_chain;  // PEM paths
  std::string private_key;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free port
  std::optional<TlsFiles> tls;
  int io_threads = 1;
  int worker_threads = 8;
  std::size_t header_limit_bytes = 64 * 1024;
  int max_connections = 4096;
  std::chrono::milliseconds header_timeout{10000};
  std::chrono::milliseconds idle_timeout{
      60000};  // between requests, and for any one piece of a body
  // A body (either way) may keep the server waiting for `body_grace` and one second more for each
  // of this many bytes.
  std::chrono::milliseconds body_grace{20000};
  std::uint64_t body_min_bytes_per_second = 1024;
};

// Listens, reads requests, hands them to `handler`, writes answers. HTTP/1.1 with keep-alive,
// pipelining in order, chunked bodies, Expect: 100-continue (sent only once begin() returned a
// receiver). A TLS ClientHello on the plain port is closed at once. Refuses request smuggling: both
// Content-Length and Transfer-Encoding, several lengths, obsolete folding.
class Server {
 public:
  // Binds and listens; throws Error{kIo} that names address and port when it can't. `handler` must
  // outlive the server.
  Server(ServerOptions options, Handler& handler);
  ~Server();
  std::uint16_t port() const;
  void start();
  // Stops accepting, lets exchanges under way end for `grace`, closes the rest, joins all threads.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sagebrush::http
