#include "http/transport.h"

#include <utility>

namespace sagebrush::http {

Transport::Transport(Socket socket, asio::ssl::context* tls) : socket_(std::move(socket)) {
  error_code ignored;  // a peer that is gone already shows at the first read
  socket_.set_option(Tcp::no_delay(true), ignored);
  if (tls != nullptr) tls_.emplace(socket_, *tls);
}

std::string Transport::peer_address() const {
  error_code error;
  const auto endpoint = socket_.remote_endpoint(error);
  return error ? std::string() : endpoint.address().to_string();
}

Task<error_code> Transport::handshake() {
  if (!tls_) co_return error_code();
  auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, kAwait);
  co_return error;
}

Task<IoResult> Transport::read_some(std::span<std::byte> into) {
  const asio::mutable_buffer buffer(into.data(), into.size());
  IoResult result;
  if (tls_) {
    std::tie(result.error, result.bytes) = co_await tls_->async_read_some(buffer, kAwait);
  } else {
    std::tie(result.error, result.bytes) = co_await socket_.async_read_some(buffer, kAwait);
  }
  co_return result;
}

Task<IoResult> Transport::write_some(std::array<asio::const_buffer, 2> data) {
  IoResult result;
  if (tls_) {
    std::tie(result.error, result.bytes) = co_await tls_->async_write_some(data, kAwait);
  } else {
    std::tie(result.error, result.bytes) = co_await socket_.async_write_some(data, kAwait);
  }
  co_return result;
}

Task<void> Transport::shutdown() {
  if (tls_ && socket_.is_open()) co_await tls_->async_shutdown(kAwait);
  error_code ignored;  // already closed by the peer or by a deadline
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Transport::close() {
  error_code ignored;  // closing is all that can be done about a failed close
  socket_.close(ignored);
}

}  // namespace sagebrush::http
