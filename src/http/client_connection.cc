#include "http/client_connection.h"

#include <poll.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <string>
#include <tuple>

#include "base/error.h"

namespace sagebrush::http {
namespace {

void check(const error_code& error, std::string_view step, const Endpoint& endpoint) {
  if (!error) return;
  throw Error(ErrorKind::kUnavailable,
              "can't " + std::string(step) + " " + host_header(endpoint) + ": " + error.message());
}

}  // namespace

ClientConnection::ClientConnection(const Endpoint& endpoint, asio::ssl::context* tls,
                                   std::chrono::milliseconds timeout) {
  connect(endpoint, timeout);
  if (tls == nullptr) return;
  tls_.emplace(socket_, *tls);
  handshake(endpoint, timeout);
}

// Starts one operation by start(handler) and runs it to its end or the timeout.
template <typename Start>
IoResult ClientConnection::wait(std::chrono::milliseconds timeout, Start start) {
  IoResult result;
  bool done = false;
  start([&](const error_code& error, std::size_t bytes) {
    result = {error, bytes};
    done = true;
  });
  io_.restart();
  io_.run_for(timeout);
  if (!done) {
    error_code ignored;  // the operation ends with an error of its own
    socket_.close(ignored);
    io_.restart();
    io_.run();
    result.error = asio::error::timed_out;
  }
  return result;
}

void ClientConnection::connect(const Endpoint& endpoint, std::chrono::milliseconds timeout) {
  asio::ip::basic_resolver<Tcp, IoExecutor> resolver(io_);
  decltype(resolver)::results_type found;
  const IoResult resolved = wait(timeout, [&](auto handler) {
    resolver.async_resolve(endpoint.host, std::to_string(endpoint.port),
                           [&, handler](const error_code& error, auto results) mutable {
                             found = std::move(results);
                             handler(error, 0);
                           });
  });
  check(resolved.error, "find", endpoint);
  const IoResult connected = wait(timeout, [&](auto handler) {
    asio::async_connect(
        socket_, found,
        [handler](const error_code& error, const Tcp::endpoint&) mutable { handler(error, 0); });
  });
  check(connected.error, "connect to", endpoint);
  error_code ignored;  // only costs speed
  socket_.set_option(Tcp::no_delay(true), ignored);
}

void ClientConnection::handshake(const Endpoint& endpoint, std::chrono::milliseconds timeout) {
  error_code not_an_address;
  asio::ip::make_address(endpoint.host, not_an_address);
  if (not_an_address) SSL_set_tlsext_host_name(tls_->native_handle(), endpoint.host.c_str());
  tls_->set_verify_callback(asio::ssl::host_name_verification(endpoint.host));
  const IoResult shaken = wait(timeout, [&](auto handler) {
    tls_->async_handshake(asio::ssl::stream_base::client,
                          [handler](const error_code& error) mutable { handler(error, 0); });
  });
  check(shaken.error, "agree on TLS with", endpoint);
}

IoResult ClientConnection::read_some(std::span<std::byte> into, std::chrono::milliseconds timeout) {
  const asio::mutable_buffer buffer(into.data(), into.size());
  return wait(timeout, [&](auto handler) {
    tls_ ? tls_->async_read_some(buffer, handler) : socket_.async_read_some(buffer, handler);
  });
}

IoResult ClientConnection::write_some(std::span<const std::byte> data,
                                      std::chrono::milliseconds timeout) {
  const asio::const_buffer buffer(data.data(), data.size());
  return wait(timeout, [&](auto handler) {
    tls_ ? tls_->async_write_some(buffer, handler) : socket_.async_write_some(buffer, handler);
  });
}

bool ClientConnection::has_input() {
  pollfd poll_fd{.fd = socket_.native_handle(), .events = POLLIN, .revents = 0};
  return ::poll(&poll_fd, 1, 0) != 0;
}

}  // namespace sagebrush::http
