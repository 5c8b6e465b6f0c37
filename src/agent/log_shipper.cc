#include "agent/log_shipper.h"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>

#include "agent/folder_watch.h"
#include "agent/patience.h"
#include "base/error.h"
#include "base/text.h"

namespace sagebrush::agent {
namespace {

using namespace agent_protocol;

constexpr std::size_t kBatchEvents = 4000;
constexpr std::size_t kBatchBytes = 1 << 20;

}  // namespace

std::string to_valid_utf8(std::string text) {
  if (is_utf8(text)) return text;
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    // The longest character that begins here, if any.
    std::size_t length = 0;
    for (std::size_t n = 1; n <= 4 && n <= rest.size() && length == 0; ++n) {
      if (is_utf8(rest.substr(0, n))) length = n;
    }
    out += length > 0 ? rest.substr(0, length) : std::string_view("\xEF\xBF\xBD");
    rest.remove_prefix(length > 0 ? length : 1);
  }
  return out;
}

LogShipper::LogShipper(const Spec& spec, std::filesystem::path log, Orders& orders)
    : gate_(spec),
      log_(std::move(log)),
      notice_(spec.notice),
      orders_(orders),
      reader_(log_),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void LogShipper::finish() {
  ending_ = true;
  ::eventfd_write(wake_.fd(), 1);
  thread_.join();
  if (!failure_.empty()) throw Error(ErrorKind::kIo, "log lines not delivered: " + failure_);
}

// Makes line `to` the next one to post.
void LogShipper::rewind(std::uint64_t to) {
  reader_ = container::FrameReader(log_);
  const std::uint64_t before = notice_.empty() ? 0 : 1;
  next_ = to;
  if (to <= before) return;
  const std::uint64_t skip = to - before;
  reader_.read([&](const container::Frame&) { return reader_.next_sequence() < skip; });
}

// Posts one batch; false when there is nothing to post.
bool LogShipper::post_next() {
  LogBatchWriter batch(next_);
  if (next_ == 0 && !notice_.empty()) batch.add(now(), notice_);
  reader_.read([&](container::Frame frame) {
    batch.add(frame.time, to_valid_utf8(std::move(frame.text)));
    return batch.events() < kBatchEvents && batch.bytes().size() < kBatchBytes;
  });
  if (batch.events() == 0) return false;
  const std::uint64_t expected = next_ + batch.events();
  const auto wanted = until_available(orders_, [&] { return gate_.post_logs(batch); });
  if (wanted == expected) {
    next_ = wanted;
  } else {
    spdlog::warn("log: server wants line {} after {}", wanted, expected);
    rewind(wanted);
  }
  return true;
}

void LogShipper::run(const std::stop_token& stop) {
  const std::stop_callback wake_on_stop(stop, [this] { ::eventfd_write(wake_.fd(), 1); });
  try {
    FolderWatch watch(log_.parent_path());
    rewind(until_available(orders_, [&] { return gate_.post_logs(LogBatchWriter(0)); }));
    while (!stop.stop_requested()) {
      const bool last = ending_;  // read before the log, so that nothing after it can be missed
      while (post_next()) {
      }
      if (last) return;
      watch.wait(wake_.fd(), 1000);
    }
  } catch (const LeaseLost&) {
    orders_.lose();
  } catch (const std::exception& error) {  // this thread's edge
    spdlog::error("log lines not delivered: {}", error.what());
    failure_ = error.what();
  }
}

}  // namespace sagebrush::agent
