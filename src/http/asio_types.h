#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstddef>

// For this folder's .cc files and the headers that only they include.
namespace sagebrush::http {

namespace asio = boost::asio;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

// The concrete executor instead of any_io_executor: a type erasure less at every step of the
// small-request path.
using IoExecutor = asio::io_context::executor_type;
template <typename Value = void>
using Task = asio::awaitable<Value, IoExecutor>;
using Socket = asio::basic_stream_socket<Tcp, IoExecutor>;
using Acceptor = asio::basic_socket_acceptor<Tcp, IoExecutor>;
using SteadyClock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, IoExecutor>;

// Errors of sockets are normal outcomes here: values, not exceptions.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<IoExecutor>> kAwait{};

struct IoResult {
  error_code error;
  std::size_t bytes = 0;
};

}  // namespace sagebrush::http
