#include "http/worker_job.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace sagebrush::http {

void WorkerJob::start(std::move_only_function<void()> work) {
  running_ = true;
  asio::post(pool_, [this, work = std::move(work)]() mutable {
    work();
    asio::post(io_, [this] { finished(); });
  });
}

void WorkerJob::finished() {
  running_ = false;
  if (auto resume = std::exchange(resume_, {})) resume();
}

Task<void> WorkerJob::done() {
  if (!running_) co_return;
  co_await asio::async_initiate<const asio::use_awaitable_t<IoExecutor>, void()>(
      [this](auto handler) { resume_ = std::move(handler); }, asio::use_awaitable_t<IoExecutor>());
}

}  // namespace sagebrush::http
