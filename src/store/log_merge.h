#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/log_event.h"
#include "store/log_files.h"
#include "store/log_segment.h"

namespace sagebrush::store {

struct LogMergeSource {
  std::string stream;  // name
  std::shared_ptr<LogSegment> segment;
};

// Merges the streams' events by order time (log_segment.h), then stream id, then place. Memory is
// bounded: streams share 32 MiB of read buffers, a page looks at 64 MiB of frames at most. A stream
// deleted meanwhile just ends.
LogSearchPage merge_logs(LogFiles& files, const std::vector<LogMergeSource>& sources,
                         const LogSearchQuery& query);

// 56 digits: time, stream, position.
std::string log_event_id(std::int64_t time_ms, const std::string& stream_id,
                         std::uint64_t position);

}  // namespace sagebrush::store
