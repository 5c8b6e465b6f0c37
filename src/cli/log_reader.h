#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace sagebrush::cli {

class Cloud;

struct LogEvent {
  std::string host;  // "algo-1"
  std::string message;
  Time time;
};

// Reads the log of one training job from its start, each event once, by CloudWatch Logs calls.
class LogReader {
 public:
  LogReader(Cloud& cloud, std::string job_name) : cloud_(cloud), job_name_(std::move(job_name)) {}
  // Hands on what has come since the last call, stream by stream in order; true when there was
  // anything. A log group or stream that does not exist yet is an empty one.
  bool read_new(const std::function<void(const LogEvent&)>& sink);
  std::size_t stream_count() const { return next_tokens_.size(); }

 private:
  void find_streams();
  bool read_stream(const std::string& stream, std::string& token,
                   const std::function<void(const LogEvent&)>& sink);

  Cloud& cloud_;
  std::string job_name_;
  std::map<std::string, std::string> next_tokens_;  // by stream; "" = from the head
};

// "job/algo-1-1700000000" → "algo-1".
std::string host_of_stream(std::string_view stream);

}  // namespace sagebrush::cli
