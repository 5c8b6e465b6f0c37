#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace sagebrush::store {

// Times of events are milliseconds since 1970, as on the wire.
struct LogEvent {
  std::int64_t time_ms = 0;
  std::string_view message;  // the caller's, who stores it
};

struct StoredLogEvent {
  std::int64_t time_ms = 0;
  std::int64_t ingestion_ms = 0;
  std::string message;
  std::string stream;
  std::string id;  // 56 digits, the event's own for ever
};

struct LogGroup {
  std::string name;
  Time created;
  std::optional<int> retention_days;
  std::uint64_t stored_bytes = 0;
};

struct LogStream {
  std::string name;
  Time created;
  // Absent for an empty stream.
  std::optional<std::int64_t> first_event_ms;
  std::optional<std::int64_t> last_event_ms;
  std::optional<std::int64_t> last_ingestion_ms;
  std::uint64_t stored_bytes = 0;
};

// Events with start_ms <= time < end_ms.
struct LogTimeRange {
  std::int64_t start_ms = std::numeric_limits<std::int64_t>::min();
  std::int64_t end_ms = std::numeric_limits<std::int64_t>::max();
  bool contains(std::int64_t ms) const { return ms >= start_ms && ms < end_ms; }
};

// A page of one stream. Positions are byte offsets of frames; any value that a page gave is good
// for ever.
struct LogReadQuery {
  LogTimeRange range;
  // Reads on from `position`: forward events at or after it, or backward those before it. Without
  // it, from the stream's head (forward) or its end (backward).
  bool forward = false;
  std::optional<std::uint64_t> position;
  std::size_t limit = 10'000;
  std::size_t most_bytes = std::size_t{1}
                           << 20;  // of messages; the first event comes whatever its size
};

struct LogPage {
  std::vector<StoredLogEvent> events;  // oldest first, whatever the direction
  std::uint64_t forward_position = 0;  // where to read on
  std::uint64_t backward_position = 0;
};

// Where a search of several streams stopped: order time, stream id, position.
struct LogSearchCursor {
  std::int64_t order_ms = std::numeric_limits<std::int64_t>::min();
  std::string stream_id;
  std::uint64_t position = 0;
};

// Events of many streams, merged by time. An event that is older than one before it in its stream
// keeps its place after it.
struct LogSearchQuery {
  LogTimeRange range;
  std::vector<std::string> streams;  // these; all when empty
  std::string stream_prefix;
  std::function<bool(std::string_view)> matches;  // null: all
  std::optional<LogSearchCursor> after;
  std::size_t limit = 10'000;
  std::size_t most_bytes = std::size_t{1} << 20;
};

struct LogSearchPage {
  std::vector<StoredLogEvent> events;
  // Present when the page ended before the streams did; a page may then hold few events, or none.
  std::optional<LogSearchCursor> next;
};

enum class LogStreamOrder { kName, kLastEvent };

struct LogStreamQuery {
  std::string prefix;
  LogStreamOrder order = LogStreamOrder::kName;
  bool descending = false;
  std::size_t limit = 50;
  std::size_t skip = 0;  // of the last-event order
  std::string after;     // of the name order: the last name had
};

struct LogStreamPage {
  std::vector<LogStream> streams;
  bool more = false;
};

}  // namespace sagebrush::store
