#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "store/log_files.h"
#include "store/log_frame.h"

namespace sagebrush::store {

// A frame and where it stands in its file.
struct PlacedLogFrame {
  LogFrame frame;  // the message is valid until the next call of next()
  std::uint64_t offset = 0;
  std::uint64_t end() const { return offset + frame.size(); }
};

// Reads the frames of bytes [begin, end) of a stream's segment one after another. `begin` must be
// the start of a frame. Holds one chunk, or one frame when that is larger, and no open file between
// calls.
class LogFrameReader {
 public:
  LogFrameReader(LogFiles& files, std::string stream_id, std::uint64_t begin, std::uint64_t end,
                 std::size_t chunk_bytes = std::size_t{128} << 10)
      : files_(&files),
        stream_id_(std::move(stream_id)),
        offset_(begin),
        end_(end),
        chunk_bytes_(chunk_bytes) {}

  // nullopt at the end of the range or of what can be read: damaged() tells. Throws Error{kIo}.
  std::optional<PlacedLogFrame> next();
  // After the last frame that next() gave.
  std::uint64_t offset() const { return offset_; }
  // After the end: a frame that is cut off or damaged ended it, not the range.
  bool damaged() const { return offset_ < end_; }

 private:
  void fill(std::size_t needed);

  LogFiles* files_;
  std::string stream_id_;
  std::uint64_t offset_;  // of buffer_[at_]
  std::uint64_t end_;
  std::size_t chunk_bytes_;
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace sagebrush::store
