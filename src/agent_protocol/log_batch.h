#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace sagebrush::agent_protocol {

// Lines of a host's log on their way to the server, as bytes, little-endian:
//   first_sequence u64, then of each line: time_ms i64 · length u32 · text[length]
// A line has no end in it, is UTF-8 (invalid bytes replaced) and at most 256 KiB long.

struct LogEvent {
  Time time;
  std::string_view message;
};

struct LogBatch {
  std::uint64_t first_sequence = 0;  // of events[0]; counts lines of the stream from 0
  std::vector<LogEvent> events;
};

// The events' messages are parts of `bytes`. Throws Error{kInvalid} when they end within a line.
LogBatch read_log_batch(std::string_view bytes);

class LogBatchWriter {
 public:
  explicit LogBatchWriter(std::uint64_t first_sequence);
  void add(Time time, std::string_view message);

  std::size_t events() const { return events_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::size_t events_ = 0;
};

}  // namespace sagebrush::agent_protocol
