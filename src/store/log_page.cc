#include "store/log_page.h"

#include <algorithm>
#include <functional>
#include <ranges>

#include "base/error.h"
#include "store/log_frame_reader.h"
#include "store/log_merge.h"

namespace sagebrush::store {
namespace {

struct PlacedEvent {
  StoredLogEvent event;
  std::uint64_t offset = 0;
  std::uint64_t end = 0;
};

class PageReader {
 public:
  PageReader(LogFiles& files, const std::string& stream, LogSegment& segment,
             const LogReadQuery& query)
      : files_(files), stream_(stream), segment_(segment), query_(query) {}

  LogPage forward() {
    const std::uint64_t from = query_.position.value_or(0);
    const std::uint64_t end = segment_.durable_bytes();
    std::vector<PlacedEvent> events;
    std::size_t bytes = 0;
    for (const LogSpan& span : segment_.spans(query_.range, from, end)) {
      const bool more = each_in(span, [&](const PlacedLogFrame& placed) {
        if (placed.offset < from) return true;
        bytes += placed.frame.message.size();
        if (events.size() == query_.limit || (!events.empty() && bytes > query_.most_bytes))
          return false;
        events.push_back(event_of(placed));
        return true;
      });
      if (!more) break;
    }
    return page_of(std::move(events), from);
  }

  LogPage backward() {
    const std::uint64_t to =
        std::min(query_.position.value_or(~std::uint64_t{0}), segment_.durable_bytes());
    std::vector<PlacedEvent> newest_first;
    std::size_t bytes = 0;
    for (const LogSpan& span : segment_.spans(query_.range, 0, to) | std::views::reverse) {
      std::vector<PlacedEvent> found;
      each_in(span, [&](const PlacedLogFrame& placed) {
        if (placed.offset >= to) return false;
        found.push_back(event_of(placed));
        return true;
      });
      for (PlacedEvent& placed : found | std::views::reverse) {
        bytes += placed.event.message.size();
        const bool full = newest_first.size() == query_.limit ||
                          (!newest_first.empty() && bytes > query_.most_bytes);
        if (full) break;
        newest_first.push_back(std::move(placed));
      }
      if (newest_first.size() == query_.limit || bytes > query_.most_bytes) break;
    }
    std::ranges::reverse(newest_first);
    return page_of(std::move(newest_first), query_.position.value_or(to));
  }

 private:
  // Calls `take` for the span's frames in the range until it answers false; answers whether it
  // never did.
  bool each_in(const LogSpan& span, const std::function<bool(const PlacedLogFrame&)>& take) {
    LogFrameReader reader(files_, segment_.id(), span.begin, span.end);
    while (const auto placed = reader.next()) {
      if (query_.range.contains(placed->frame.time_ms) && !take(*placed)) return false;
    }
    if (reader.damaged() && files_.open(segment_.id())) {
      throw Error(ErrorKind::kIo, "log segment " + segment_.id() + " is damaged at byte " +
                                      std::to_string(reader.offset()));
    }
    return true;
  }

  PlacedEvent event_of(const PlacedLogFrame& placed) const {
    return {.event = {.time_ms = placed.frame.time_ms,
                      .ingestion_ms = placed.frame.ingestion_ms,
                      .message = std::string(placed.frame.message),
                      .stream = stream_,
                      .id = log_event_id(placed.frame.time_ms, segment_.id(), placed.offset)},
            .offset = placed.offset,
            .end = placed.end()};
  }

  static LogPage page_of(std::vector<PlacedEvent> events, std::uint64_t asked_from) {
    LogPage page{.events = {}, .forward_position = asked_from, .backward_position = asked_from};
    if (events.empty()) return page;
    page.backward_position = events.front().offset;
    page.forward_position = events.back().end;
    for (PlacedEvent& placed : events) page.events.push_back(std::move(placed.event));
    return page;
  }

  LogFiles& files_;
  const std::string& stream_;
  LogSegment& segment_;
  const LogReadQuery& query_;
};

}  // namespace

LogPage read_log_page(LogFiles& files, const std::string& stream, LogSegment& segment,
                      const LogReadQuery& query) {
  PageReader reader(files, stream, segment, query);
  return query.forward ? reader.forward() : reader.backward();
}

}  // namespace sagebrush::store
