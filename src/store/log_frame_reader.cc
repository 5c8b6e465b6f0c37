#include "store/log_frame_reader.h"

#include <algorithm>
#include <span>

namespace sagebrush::store {

std::optional<PlacedLogFrame> LogFrameReader::next() {
  for (;;) {
    const DecodedLogFrame decoded = decode_log_frame(std::string_view(buffer_).substr(at_));
    if (decoded.state == LogFrameState::kDamaged) return std::nullopt;
    if (decoded.state == LogFrameState::kWhole) {
      const PlacedLogFrame placed{decoded.frame, offset_};
      at_ += decoded.frame.size();
      offset_ += decoded.frame.size();
      return placed;
    }
    const std::size_t had = buffer_.size() - at_;
    if (offset_ + decoded.needed > end_) return std::nullopt;
    fill(decoded.needed);
    if (buffer_.size() - at_ == had) return std::nullopt;  // the file ends, or is gone
  }
}

void LogFrameReader::fill(std::size_t needed) {
  const auto file = files_->open(stream_id_);
  if (!file) return;
  buffer_.erase(0, at_);
  at_ = 0;
  std::size_t filled = buffer_.size();
  const std::size_t wanted = static_cast<std::size_t>(
      std::min<std::uint64_t>(std::max(needed, chunk_bytes_), end_ - offset_));
  buffer_.resize(wanted);
  while (filled < wanted) {
    const auto room = std::as_writable_bytes(std::span(buffer_)).subspan(filled);
    const std::size_t n = file->read_at(offset_ + filled, room);
    if (n == 0) break;
    filled += n;
  }
  buffer_.resize(filled);
}

}  // namespace sagebrush::store
