#include "store/log_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <queue>
#include <tuple>

#include "base/error.h"
#include "store/log_frame_reader.h"

namespace sagebrush::store {
namespace {

constexpr std::uint64_t kPageScanBytes = std::uint64_t{64} << 20;
constexpr std::size_t kBufferBytes = std::size_t{32} << 20;
constexpr std::uint64_t kEnd = ~std::uint64_t{0};

// One stream's events in the range, one after another. Reads nothing before the first next().
class StreamCursor {
 public:
  StreamCursor(LogFiles& files, const LogMergeSource& source, const LogSearchQuery& query,
               std::size_t chunk_bytes)
      : files_(files), source_(source), query_(query), chunk_bytes_(chunk_bytes) {
    const auto& after = query.after;
    if (after && source.segment->id() == after->stream_id) from_ = after->position;
    spans_ = source.segment->spans(query.range, from_, kEnd, after ? after->order_ms : kNoTime);
    if (!spans_.empty()) order_ms_ = std::max(spans_.front().latest_before, spans_.front().min_ms);
  }

  bool empty() const { return spans_.empty(); }
  // Before the first next(): a lower bound. After: the present event's.
  std::int64_t order_ms() const { return order_ms_; }
  const PlacedLogFrame& present() const { return present_; }
  bool started() const { return started_; }
  const std::string& stream() const { return source_.stream; }
  const std::string& stream_id() const { return source_.segment->id(); }

  // Goes to the next event in the range; false at the end.
  bool next() {
    started_ = true;
    for (;;) {
      if (!reader_) {
        if (span_ == spans_.size()) return false;
        const LogSpan& span = spans_[span_++];
        latest_ms_ = std::max(latest_ms_, span.latest_before);
        reader_ = std::make_unique<LogFrameReader>(files_, stream_id(), span.begin, span.end,
                                                   chunk_bytes_);
      }
      const auto placed = reader_->next();
      if (!placed) {
        if (reader_->damaged()) return ended_early();
        reader_.reset();
        continue;
      }
      latest_ms_ = std::max(latest_ms_, placed->frame.time_ms);
      if (!wanted(*placed)) continue;
      order_ms_ = latest_ms_;
      present_ = *placed;
      return true;
    }
  }

 private:
  bool wanted(const PlacedLogFrame& placed) const {
    if (placed.offset < from_ || !query_.range.contains(placed.frame.time_ms)) return false;
    const auto& after = query_.after;
    if (!after || stream_id() == after->stream_id) return true;
    return latest_ms_ > after->order_ms ||
           (latest_ms_ == after->order_ms && stream_id() > after->stream_id);
  }

  bool ended_early() const {
    if (!files_.open(stream_id())) return false;
    throw Error(ErrorKind::kIo, "log segment " + stream_id() + " is damaged at byte " +
                                    std::to_string(reader_->offset()));
  }

  LogFiles& files_;
  const LogMergeSource& source_;
  const LogSearchQuery& query_;
  std::size_t chunk_bytes_;
  std::uint64_t from_ = 0;
  std::vector<LogSpan> spans_;
  std::size_t span_ = 0;
  std::unique_ptr<LogFrameReader> reader_;
  std::int64_t latest_ms_ = kNoTime;
  std::int64_t order_ms_ = kNoTime;
  PlacedLogFrame present_;
  bool started_ = false;
};

// A greater cursor's event comes later. One that has not started comes first, to find out where it
// stands.
struct ComesLater {
  bool operator()(const StreamCursor* a, const StreamCursor* b) const {
    return std::tuple(a->order_ms(), a->started(), std::string_view(a->stream_id())) >
           std::tuple(b->order_ms(), b->started(), std::string_view(b->stream_id()));
  }
};

using Queue = std::priority_queue<StreamCursor*, std::vector<StreamCursor*>, ComesLater>;

}  // namespace

std::string log_event_id(std::int64_t time_ms, const std::string& stream_id,
                         std::uint64_t position) {
  std::uint64_t stream = 0;
  std::from_chars(stream_id.data(), stream_id.data() + stream_id.size(), stream, 16);
  return fmt::format("{:016}{:020}{:020}", std::max<std::int64_t>(time_ms, 0), stream, position);
}

LogSearchPage merge_logs(LogFiles& files, const std::vector<LogMergeSource>& sources,
                         const LogSearchQuery& query) {
  const std::size_t share = kBufferBytes / std::max<std::size_t>(sources.size(), 1);
  const std::size_t chunk_bytes = std::clamp(share, std::size_t{4} << 10, std::size_t{128} << 10);
  std::vector<std::unique_ptr<StreamCursor>> cursors;
  Queue queue;
  for (const LogMergeSource& source : sources) {
    auto cursor = std::make_unique<StreamCursor>(files, source, query, chunk_bytes);
    if (cursor->empty()) continue;
    queue.push(cursor.get());
    cursors.push_back(std::move(cursor));
  }

  LogSearchPage page;
  std::size_t bytes = 0;
  std::uint64_t scanned = 0;
  LogSearchCursor seen;
  while (!queue.empty()) {
    StreamCursor* const cursor = queue.top();
    if (cursor->started()) {
      const PlacedLogFrame& event = cursor->present();
      const bool matches = !query.matches || query.matches(event.frame.message);
      const std::size_t size = matches ? event.frame.message.size() : 0;
      const bool full = page.events.size() >= query.limit ||
                        (!page.events.empty() && bytes + size > query.most_bytes);
      if (full || scanned >= kPageScanBytes) {
        page.next = seen;
        return page;
      }
      if (matches) {
        page.events.push_back(
            {.time_ms = event.frame.time_ms,
             .ingestion_ms = event.frame.ingestion_ms,
             .message = std::string(event.frame.message),
             .stream = cursor->stream(),
             .id = log_event_id(event.frame.time_ms, cursor->stream_id(), event.offset)});
      }
      bytes += size;
      scanned += event.frame.size();
      seen = {cursor->order_ms(), cursor->stream_id(), event.end()};
    }
    queue.pop();
    if (cursor->next()) queue.push(cursor);
  }
  return page;
}

}  // namespace sagebrush::store
