#include "http/shard.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

namespace sagebrush::http {
namespace {

// Deadlines are looked at eight times in the shortest of them, and not more often than each 5 ms.
std::chrono::milliseconds sweep_period(const ServerOptions& options) {
  const auto shortest =
      std::min({options.header_timeout, options.idle_timeout, options.body_grace});
  return std::clamp(shortest / 8, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
}

}  // namespace

Shard::Shard(ServerContext& context, std::function<void()> on_end)
    : context_(context),
      on_end_(std::move(on_end)),
      work_(io_.get_executor()),
      sweep_timer_(io_),
      sweep_period_(sweep_period(context.options)) {}

Shard::~Shard() {
  join();
}

void Shard::start() {
  sweep();
  thread_ = std::thread([this] { io_.run(); });
}

void Shard::serve(Socket socket) {
  asio::co_spawn(io_.get_executor(), run_connection(std::move(socket)),
                 [this](const std::exception_ptr& error) {
                   if (error) std::rethrow_exception(error);  // run() throws nothing but bad_alloc
                   on_end_();
                 });
}

Task<void> Shard::run_connection(Socket socket) {
  Connection connection(context_, std::move(socket));
  connections_.insert(&connection);
  co_await connection.run();
  connections_.erase(&connection);
  if (ending_ && connections_.empty()) sweep_timer_.cancel();
}

void Shard::sweep() {
  const auto now = SteadyClock::now();
  for (Connection* connection : connections_) connection->close_if_due(now);
  if (ending_ && connections_.empty()) {
    work_.reset();
    return;
  }
  sweep_timer_.expires_after(sweep_period_);
  sweep_timer_.async_wait([this](error_code) { sweep(); });
}

void Shard::close_idle() {
  asio::post(io_, [this] {
    for (Connection* connection : connections_) connection->close_if_idle();
  });
}

void Shard::close_all() {
  asio::post(io_, [this] {
    for (Connection* connection : connections_) connection->close();
  });
}

void Shard::join() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] {
    ending_ = true;
    sweep_timer_.cancel();
  });
  thread_.join();
}

}  // namespace sagebrush::http
