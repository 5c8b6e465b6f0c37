#pragma once

#include <algorithm>
#include <cstdint>

#include "store/log_frame.h"
#include "store/log_index.h"

namespace sagebrush::store {

// What the first `bytes` of a segment hold.
struct LogSummary {
  std::uint64_t bytes = 0;
  std::int64_t first_event_ms = kNoTime;  // the least time
  std::int64_t last_event_ms = kNoTime;   // the greatest
  std::int64_t last_ingestion_ms = kNoTime;
  std::uint64_t next_sequence = 0;

  void add(const LogFrame& frame) {
    first_event_ms = bytes == 0 ? frame.time_ms : std::min(first_event_ms, frame.time_ms);
    last_event_ms = std::max(last_event_ms, frame.time_ms);
    last_ingestion_ms = std::max(last_ingestion_ms, frame.ingestion_ms);
    if (frame.sequence != kNoSequence) next_sequence = frame.sequence + 1;
    bytes += frame.size();
  }
};

}  // namespace sagebrush::store
