#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/file.h"

namespace sagebrush::http {

// A blocking loopback socket for tests that speak (and break) the protocol by hand. Each wait fails
// the test's process by an Error after 30 s, so that a hang is a failure with a name.
class TestPeer {
 public:
  struct Unconnected {};

  explicit TestPeer(std::uint16_t port);
  explicit TestPeer(Unconnected);  // a socket, and no more: connect() follows
  void connect(std::uint16_t port);
  void send(std::string_view text);      // throws when the peer does not take it
  bool try_send(std::string_view text);  // false when the peer is gone
  void finish_sending();                 // FIN
  // Everything up to and with `end`; throws when the peer closes first.
  std::string read_until(std::string_view end);
  std::string read_exactly(std::size_t bytes);
  std::string read_to_close();  // a reset counts as a close
  // One response with Content-Length, header and body.
  std::string read_response();
  void reset();  // closes with RST

 private:
  bool receive();
  std::string take(std::size_t bytes);

  File socket_;
  std::string input_;
};

}  // namespace sagebrush::http
