#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "store/log_event.h"

namespace sagebrush::store {

inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

// A run of frames of one segment.
struct LogBlock {
  std::uint64_t offset = 0;
  std::int64_t latest_before = kNoTime;  // the greatest time of all frames before the block
  std::int64_t min_ms = 0;
  std::int64_t max_ms = 0;

  bool touches(const LogTimeRange& range) const {
    return max_ms >= range.start_ms && min_ms < range.end_ms;
  }
};

// Blocks of a part of a segment, in order: about one for each 128 KiB, so some 300 kB of memory for
// 10^7 lines.
class LogIndex {
 public:
  // latest_before: of all frames before the first that will be added.
  explicit LogIndex(std::int64_t latest_before = kNoTime) : latest_(latest_before) {}

  void add(std::uint64_t offset, std::int64_t time_ms);  // frames come in order of offset
  const std::vector<LogBlock>& blocks() const { return blocks_; }
  // Puts the blocks of `earlier`, which ends where this one begins, in front.
  void prepend(const LogIndex& earlier);

 private:
  std::vector<LogBlock> blocks_;
  std::int64_t latest_;
};

}  // namespace sagebrush::store
