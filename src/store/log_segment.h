#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/log_event.h"
#include "store/log_files.h"
#include "store/log_index.h"
#include "store/log_summary.h"

namespace sagebrush::store {

// Frames [begin, end) of a segment, of which some may be of interest.
struct LogSpan {
  std::uint64_t begin = 0;  // the start of a frame
  std::uint64_t end = 0;
  std::int64_t latest_before = kNoTime;  // the greatest time of all frames before `begin`
  std::int64_t min_ms = 0;
};

// One stream's append-only file of frames. Safe for use by any thread. Nothing is read before the
// first use, which then checks what the checkpoint does not cover and cuts off the torn end that a
// crash may have left.
class LogSegment {
 public:
  // checkpoint: a summary of the segment saved before; an empty one is always right.
  LogSegment(std::string id, LogSummary checkpoint, LogFiles& files);

  const std::string& id() const { return id_; }

  // Returns when the events are on disk and spans() shows them. With first_sequence, as
  // Logs::append_sequenced; answers the number wanted next. After an error none, some or all of the
  // events may be there.
  std::uint64_t append(std::optional<std::uint64_t> first_sequence,
                       std::span<const LogEvent> events, std::int64_t ingestion_ms);

  LogSummary summary();
  std::uint64_t durable_bytes();  // what spans() can show
  // The parts of [from, to) with frames in the range and of order time `least_order_ms` or later;
  // the first may begin before `from`. A frame's order time is the greatest time of the frames up
  // to it and with it.
  std::vector<LogSpan> spans(const LogTimeRange& range, std::uint64_t from, std::uint64_t to,
                             std::int64_t least_order_ms = kNoTime);

  // What may be saved as a checkpoint, when it covers `least_growth` bytes more than the last one.
  std::optional<LogSummary> checkpoint_due(std::uint64_t least_growth);
  void checkpoint_saved(const LogSummary& saved);

  // The stream is deleted: append throws Error{kNotFound} from now on, and there is nothing to
  // read.
  void close();

 private:
  using Lock = std::unique_lock<std::mutex>;

  void load();
  void write(const File& file, std::string_view frames);
  void wait_until_durable(Lock& lock, std::uint64_t target);
  void index_the_rest(Lock& lock);

  const std::string id_;
  LogFiles& files_;
  std::mutex mutex_;
  std::condition_variable synced_;
  bool closed_ = false;
  bool loaded_ = false;
  bool syncing_ = false;
  std::uint64_t failures_ = 0;
  LogSummary checkpoint_;
  LogSummary written_;
  std::uint64_t durable_bytes_ = 0;
  LogIndex index_;  // of frames from index_begin_ on
  std::uint64_t index_begin_ = 0;
};

}  // namespace sagebrush::store
