#include "http/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "http/shard.h"
#include "http/tls_context.h"

namespace sagebrush::http {
namespace {

constexpr auto kAcceptRetryTime = std::chrono::milliseconds(100);

std::optional<asio::ssl::context> make_tls(const ServerOptions& options) {
  if (!options.tls) return std::nullopt;
  return server_tls(*options.tls);
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions options, Handler& handler);

  void listen();
  void start();
  void stop(std::chrono::milliseconds grace);
  Task<void> accept_loop();
  Task<void> wait_for_room();
  void connection_ended();

  std::optional<asio::ssl::context> tls;
  asio::thread_pool workers;
  ServerContext context;
  std::vector<std::unique_ptr<Shard>> shards;  // the first one accepts for all
  Acceptor acceptor;
  Timer accept_pause;
  std::uint16_t port = 0;
  bool started = false;
  bool stopped = false;

  std::mutex mutex;
  std::condition_variable changed;
  int connections = 0;  // guarded by mutex, as is accepting
  bool accepting = false;
};

namespace {

std::vector<std::unique_ptr<Shard>> make_shards(ServerContext& context,
                                                const std::function<void()>& on_end) {
  std::vector<std::unique_ptr<Shard>> shards;
  for (int i = 0; i < context.options.io_threads; ++i) {
    shards.push_back(std::make_unique<Shard>(context, on_end));
  }
  return shards;
}

}  // namespace

Server::Impl::Impl(ServerOptions options, Handler& handler)
    : tls(make_tls(options)),
      workers(static_cast<std::size_t>(options.worker_threads)),
      context{std::move(options), handler, tls ? &*tls : nullptr, workers},
      shards(make_shards(context, [this] { connection_ended(); })),
      acceptor(shards.front()->io()),
      accept_pause(shards.front()->io()) {
  listen();
}

void Server::Impl::listen() {
  const std::string place =
      context.options.address + " port " + std::to_string(context.options.port);
  error_code error;
  const auto address = asio::ip::make_address(context.options.address, error);
  if (error) throw Error(ErrorKind::kInvalid, "'" + context.options.address + "' is no IP address");
  const Tcp::endpoint endpoint(address, context.options.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(Acceptor::max_listen_connections, error);
  if (!error) port = acceptor.local_endpoint(error).port();
  if (error) throw Error(ErrorKind::kIo, "can't listen on " + place + ": " + error.message());
}

void Server::Impl::start() {
  started = true;
  accepting = true;
  for (const auto& shard : shards) shard->start();
  asio::co_spawn(shards.front()->io().get_executor(), accept_loop(),
                 [this](const std::exception_ptr& error) {
                   if (error) std::rethrow_exception(error);
                   const std::scoped_lock lock(mutex);
                   accepting = false;
                   changed.notify_all();
                 });
}

Task<void> Server::Impl::accept_loop() {
  std::size_t next = 0;
  while (!context.stopping) {
    co_await wait_for_room();
    if (context.stopping) break;
    Shard& shard = *shards[next];
    auto [error, socket] = co_await acceptor.async_accept(shard.io(), kAwait);
    if (context.stopping) break;
    if (error) {
      // Out of descriptors or memory: connections that end make room; those waiting stay in the
      // backlog.
      spdlog::warn("can't accept a connection: {}", error.message());
      accept_pause.expires_after(kAcceptRetryTime);
      co_await accept_pause.async_wait(kAwait);
      continue;
    }
    {
      const std::scoped_lock lock(mutex);
      ++connections;
    }
    next = (next + 1) % shards.size();
    shard.serve(std::move(socket));
  }
}

Task<void> Server::Impl::wait_for_room() {
  while (!context.stopping) {
    {
      const std::scoped_lock lock(mutex);
      if (connections < context.options.max_connections) co_return;
    }
    // connection_ended() and stop() cancel this on the same thread, hence after the wait has begun.
    accept_pause.expires_after(std::chrono::seconds(1));
    co_await accept_pause.async_wait(kAwait);
  }
}

void Server::Impl::connection_ended() {
  const std::scoped_lock lock(mutex);
  if (connections-- == context.options.max_connections) {
    asio::post(shards.front()->io(), [this] { accept_pause.cancel(); });
  }
  changed.notify_all();
}

void Server::Impl::stop(std::chrono::milliseconds grace) {
  if (std::exchange(stopped, true)) return;
  context.stopping = true;
  if (started) {
    asio::post(shards.front()->io(), [this] {
      error_code ignored;  // the loop ends either way
      acceptor.close(ignored);
      accept_pause.cancel();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return !accepting; });
    for (const auto& shard : shards) shard->close_idle();
    const auto deadline = SteadyClock::now() + grace;
    const auto none_left = [this] { return connections == 0; };
    if (!changed.wait_until(lock, deadline, none_left)) {
      for (const auto& shard : shards) shard->close_all();
      changed.wait(lock, none_left);
    }
  }
  for (const auto& shard : shards) shard->join();
  workers.join();
}

Server::Server(ServerOptions options, Handler& handler)
    : impl_(std::make_unique<Impl>(std::move(options), handler)) {}
Server::~Server() {
  impl_->stop(std::chrono::milliseconds(0));
}
std::uint16_t Server::port() const {
  return impl_->port;
}
void Server::start() {
  impl_->start();
}
void Server::stop(std::chrono::milliseconds grace) {
  impl_->stop(grace);
}

}  // namespace sagebrush::http
