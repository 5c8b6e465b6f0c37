#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/log_catalogue.h"
#include "store/log_files.h"
#include "store/log_segment.h"

namespace sagebrush::store {

// The segments in use, one object a stream, the last used `most` of them. One that leaves saves its
// checkpoint.
class LogSegments {
 public:
  LogSegments(LogCatalogue& catalogue, LogFiles& files, std::size_t most)
      : catalogue_(catalogue), files_(files), most_(most) {}

  // Throws Error{kNotFound} when the stream is not there.
  std::shared_ptr<LogSegment> find(const std::string& group, const std::string& stream);
  std::shared_ptr<LogSegment> find_if_there(const std::string& group,
                                            const std::string& stream);  // else null
  // What the row's segment holds, nothing when it is gone; reads the segment only when the row's
  // checkpoint is not all of it.
  LogSummary summary(const LogStreamRow& row);

  // Runs `erase`, which deletes rows of streams and answers their ids, and does away with their
  // segments.
  void erase(const std::function<std::vector<std::string>()>& erase);

  void save_checkpoint(LogSegment& segment, std::uint64_t least_growth);
  void save_all_checkpoints();

 private:
  struct Entry {
    std::string name;  // group and stream
    std::shared_ptr<LogSegment> segment;
  };

  std::shared_ptr<LogSegment> find_loaded(const std::string& name);
  std::vector<std::shared_ptr<LogSegment>> take_oldest();

  LogCatalogue& catalogue_;
  LogFiles& files_;
  std::size_t most_;
  std::mutex mutex_;
  std::uint64_t erasures_ = 0;  // a row read before one may be of a stream that is gone
  std::list<Entry> by_use_;     // the last used in front
  std::unordered_map<std::string, std::list<Entry>::iterator> entries_;
};

}  // namespace sagebrush::store
