#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/time.h"

namespace sagebrush::container {

// output.log is frames one after another. A frame, all numbers little-endian:
//   u32 bytes of what follows the checksum   u32 CRC-32 (IEEE) of it   i64 time, ms since 1970   u8
//   stream   the line
// Readers stop at the first frame that is short or does not match its checksum: a writer killed
// midway leaves such a tail.
enum class Stream : std::uint8_t { kStdout = 1, kStderr = 2 };

struct Frame {
  Time time;
  Stream stream = Stream::kStdout;
  std::string text;  // one line without its end; raw bytes, kLineLimit at most
};

inline constexpr std::size_t kLineLimit = 256 * 1024;

void append_frame(std::string& buffer, Time time, Stream stream, std::string_view line);

// Takes one frame off the front of `bytes`. nullopt when there is no whole good frame; `broken`
// then tells a bad one from a short one.
std::optional<Frame> take_frame(std::string_view& bytes, bool& broken);

// Reads frames as they are written, from the start; keeps its place.
class FrameReader {
 public:
  explicit FrameReader(std::filesystem::path path) : path_(std::move(path)) {}
  // Gives frames to `take` until there are no more or `take` returns false. Returns how many were
  // given.
  std::size_t read(const std::function<bool(Frame)>& take);
  std::uint64_t next_sequence() const { return next_; }  // frames given so far
  bool broken() const { return broken_; }

 private:
  bool fill();

  std::filesystem::path path_;
  File file_;
  std::string buffer_;
  std::size_t used_ = 0;      // bytes of buffer_ already given
  std::uint64_t offset_ = 0;  // of the end of buffer_ in the file
  std::uint64_t next_ = 0;
  bool broken_ = false;
};

}  // namespace sagebrush::container
