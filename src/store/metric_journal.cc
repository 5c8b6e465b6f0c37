#include "store/metric_journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "store/fail_stop.h"
#include "store/log_frame.h"

namespace sagebrush::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStart = "journal-";

fs::path path_of(const fs::path& directory, std::uint64_t number) {
  return directory / (std::string(kStart) + std::to_string(number));
}

}  // namespace

MetricJournal::MetricJournal(const fs::path& directory, std::uint64_t number)
    : number_(number),
      file_(File::open(path_of(directory, number), O_WRONLY | O_CREAT | O_EXCL, 0600)) {
  sync_directory(directory);
}

std::uint64_t MetricJournal::append(std::string_view payload) {
  std::string frame;
  encode_log_frame({.time_ms = 0, .ingestion_ms = 0, .message = payload}, frame);
  for (std::size_t done = 0; done < frame.size();) {
    const ssize_t n = ::pwrite(file_.fd(), frame.data() + done, frame.size() - done,
                               static_cast<off_t>(written_ + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      if (::ftruncate(file_.fd(), static_cast<off_t>(written_)) != 0) {
        fail_stop("a metric journal could not be cut back");
      }
      errno = error;
      throw_errno("write metrics");
    }
    done += static_cast<std::size_t>(n);
  }
  written_ += frame.size();
  const std::lock_guard lock(mutex_);
  appended_ = written_;
  return written_;
}

void MetricJournal::wait_until_durable(std::uint64_t offset) {
  std::unique_lock lock(mutex_);
  while (durable_ < offset) {
    if (syncing_) {
      synced_.wait(lock);
      continue;
    }
    syncing_ = true;
    const std::uint64_t upto = appended_;
    lock.unlock();
    if (::fdatasync(file_.fd()) != 0) fail_stop("fdatasync of a metric journal");
    lock.lock();
    syncing_ = false;
    durable_ = std::max(durable_, upto);
    synced_.notify_all();
  }
}

std::vector<std::uint64_t> MetricJournal::find_all(const fs::path& directory) {
  std::vector<std::uint64_t> numbers;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kStart)) continue;
    if (const auto number = parse_unsigned(name.substr(kStart.size()))) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

void MetricJournal::replay(const fs::path& directory, std::uint64_t number,
                           const std::function<void(std::string_view)>& take) {
  const std::string all = read_file(path_of(directory, number));
  std::string_view rest = all;
  while (!rest.empty()) {
    const DecodedLogFrame decoded = decode_log_frame(rest);
    if (decoded.state != LogFrameState::kWhole) {
      spdlog::warn("metric journal {}: dropping {} bytes after the last whole frame", number,
                   rest.size());
      return;
    }
    take(decoded.frame.message);
    rest.remove_prefix(decoded.frame.size());
  }
}

void MetricJournal::remove(const fs::path& directory, std::uint64_t number) {
  fs::remove(path_of(directory, number));
}

}  // namespace sagebrush::store
