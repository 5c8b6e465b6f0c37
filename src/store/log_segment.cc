#include "store/log_segment.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/log.h"
#include "store/log_frame_reader.h"

namespace sagebrush::store {
namespace {

// pwrite at the offset, so that what a failed write left is written over. False with errno when it
// fails.
bool write_at(const File& file, std::uint64_t offset, std::string_view data) {
  while (!data.empty()) {
    const ssize_t n = ::pwrite(file.fd(), data.data(), data.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    offset += static_cast<std::uint64_t>(n);
    data.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool cut(const File& file, std::uint64_t size) {
  return ::ftruncate(file.fd(), static_cast<off_t>(size)) == 0;
}

}  // namespace

LogSegment::LogSegment(std::string id, LogSummary checkpoint, LogFiles& files)
    : id_(std::move(id)), files_(files), checkpoint_(checkpoint) {}

// Needs the lock. Throws Error{kNotFound} when the stream is deleted.
void LogSegment::load() {
  if (closed_) throw Error(ErrorKind::kNotFound, "The specified log stream does not exist.");
  if (loaded_) return;
  const auto file = files_.open(id_);
  const std::uint64_t size = file ? file->size() : 0;
  if (size < checkpoint_.bytes) {
    spdlog::warn(
        "log segment {} has {} bytes where its checkpoint has {}: checking it from its start", id_,
        size, checkpoint_.bytes);
    checkpoint_ = {};
  }
  LogSummary found = checkpoint_;
  LogIndex index(checkpoint_.last_event_ms);
  LogFrameReader reader(files_, id_, checkpoint_.bytes, size);
  while (const auto placed = reader.next()) {
    found.add(placed->frame);
    index.add(placed->offset, placed->frame.time_ms);
  }
  if (reader.damaged()) {
    spdlog::warn("log segment {}: dropping {} bytes after {}, the end of its last whole frame", id_,
                 size - found.bytes, found.bytes);
    if (!cut(*file, found.bytes)) throw_errno("truncate log segment " + id_);
  }
  // What a killed server wrote may still be in memory only.
  if (size > checkpoint_.bytes) file->sync_data();
  written_ = found;
  durable_bytes_ = found.bytes;
  index_ = std::move(index);
  index_begin_ = checkpoint_.bytes;
  loaded_ = true;
}

std::uint64_t LogSegment::append(std::optional<std::uint64_t> first_sequence,
                                 std::span<const LogEvent> events, std::int64_t ingestion_ms) {
  Lock lock(mutex_);
  load();
  std::uint64_t sequence = kNoSequence;
  if (first_sequence) {
    if (*first_sequence > written_.next_sequence) return written_.next_sequence;
    events = events.subspan(
        std::min<std::size_t>(written_.next_sequence - *first_sequence, events.size()));
    sequence = written_.next_sequence;
  }
  if (!events.empty()) {
    std::string frames;
    LogSummary after = written_;
    std::vector<std::pair<std::uint64_t, std::int64_t>> places;
    for (const LogEvent& event : events) {
      const LogFrame frame{event.time_ms, ingestion_ms, sequence, event.message};
      if (first_sequence) ++sequence;
      places.emplace_back(after.bytes, event.time_ms);
      encode_log_frame(frame, frames);
      after.add(frame);
    }
    write(*files_.create(id_), frames);
    written_ = after;
    for (const auto& [offset, time_ms] : places) index_.add(offset, time_ms);
  }
  const std::uint64_t next = written_.next_sequence;
  // Events stored before count too: their writer may be still waiting for the disk.
  wait_until_durable(lock, written_.bytes);
  return next;
}

void LogSegment::write(const File& file, std::string_view frames) {
  if (write_at(file, written_.bytes, frames)) return;
  const int error = errno;
  // What was written could pass for frames later, after a crash.
  if (!cut(file, written_.bytes)) {
    ++failures_;
    loaded_ = false;
  }
  errno = error;
  throw_errno("write log segment " + id_);
}

// One of the waiting callers syncs for all that was written by then; the others wait for it. So
// appends of many threads share one fdatasync, and none waits for a timer.
void LogSegment::wait_until_durable(Lock& lock, std::uint64_t target) {
  const std::uint64_t failures = failures_;
  while (durable_bytes_ < target) {
    if (syncing_) {
      synced_.wait(lock);
    } else {
      const auto file = files_.open(id_);
      if (!file) throw Error(ErrorKind::kNotFound, "The specified log stream does not exist.");
      syncing_ = true;
      const std::uint64_t upto = written_.bytes;
      lock.unlock();
      const bool done = ::fdatasync(file->fd()) == 0;
      lock.lock();
      syncing_ = false;
      if (done) {
        durable_bytes_ = std::max(durable_bytes_, upto);
      } else {
        // The kernel may have dropped the pages: only what was synced before is sure. Read it again
        // at the next use.
        spdlog::error("log segment {}: fdatasync failed ({}); going back to {} bytes", id_, errno,
                      durable_bytes_);
        cut(*file, durable_bytes_);
        ++failures_;
        loaded_ = false;
      }
      synced_.notify_all();
    }
    if (failures_ != failures)
      throw Error(ErrorKind::kIo, "log segment " + id_ + " could not be synced");
  }
}

LogSummary LogSegment::summary() {
  const Lock lock(mutex_);
  if (closed_) return {};
  load();
  return written_;
}

std::uint64_t LogSegment::durable_bytes() {
  const Lock lock(mutex_);
  if (closed_) return 0;
  load();
  return durable_bytes_;
}

// Reads what is before the checkpoint, once, without the lock: those bytes never change.
void LogSegment::index_the_rest(Lock& lock) {
  while (index_begin_ > 0) {
    const std::uint64_t end = index_begin_;
    lock.unlock();
    LogIndex index;
    LogFrameReader reader(files_, id_, 0, end);
    while (const auto placed = reader.next()) index.add(placed->offset, placed->frame.time_ms);
    lock.lock();
    if (reader.damaged()) {
      throw Error(ErrorKind::kIo,
                  "log segment " + id_ + " is damaged at byte " + std::to_string(reader.offset()));
    }
    if (index_begin_ != end) continue;  // another thread was faster
    index_.prepend(index);
    index_begin_ = 0;
  }
}

std::vector<LogSpan> LogSegment::spans(const LogTimeRange& range, std::uint64_t from,
                                       std::uint64_t to, std::int64_t least_order_ms) {
  Lock lock(mutex_);
  if (closed_) return {};
  load();
  index_the_rest(lock);
  std::vector<LogSpan> found;
  const auto& blocks = index_.blocks();
  const std::uint64_t end = std::min(to, durable_bytes_);
  auto block = std::ranges::upper_bound(blocks, from, {}, &LogBlock::offset);
  if (block != blocks.begin()) --block;
  for (; block != blocks.end() && block->offset < end; ++block) {
    const auto next = std::next(block);
    const bool too_early = next != blocks.end() && next->latest_before < least_order_ms;
    if (too_early || !block->touches(range)) continue;
    const std::uint64_t block_end = next == blocks.end() ? durable_bytes_ : next->offset;
    found.push_back({.begin = block->offset,
                     .end = std::min(block_end, durable_bytes_),
                     .latest_before = block->latest_before,
                     .min_ms = block->min_ms});
  }
  return found;
}

std::optional<LogSummary> LogSegment::checkpoint_due(std::uint64_t least_growth) {
  const Lock lock(mutex_);
  const bool whole = loaded_ && !closed_ && written_.bytes == durable_bytes_;
  if (!whole || written_.bytes < checkpoint_.bytes + least_growth) return std::nullopt;
  return written_;
}

void LogSegment::checkpoint_saved(const LogSummary& saved) {
  const Lock lock(mutex_);
  if (saved.bytes > checkpoint_.bytes && loaded_) checkpoint_ = saved;
}

void LogSegment::close() {
  const Lock lock(mutex_);
  closed_ = true;
}

}  // namespace sagebrush::store
