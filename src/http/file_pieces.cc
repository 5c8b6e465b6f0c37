#include "http/file_pieces.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace sagebrush::http {

FilePieces::FilePieces(std::vector<FileSegment> segments) : segments_(std::move(segments)) {
  for (const FileSegment& segment : segments_) remaining_ += segment.length;
}

std::size_t FilePieces::read(std::span<std::byte> into) {
  std::size_t filled = 0;
  while (filled < into.size() && index_ < segments_.size()) {
    const FileSegment& segment = segments_[index_];
    if (done_ == segment.length) {
      ++index_;
      done_ = 0;
      continue;
    }
    const std::size_t wanted =
        std::min<std::uint64_t>(segment.length - done_, into.size() - filled);
    const std::size_t got =
        segment.file->read_at(segment.offset + done_, into.subspan(filled, wanted));
    if (got == 0) throw Error(ErrorKind::kIo, "a file is shorter than the body it is sent as");
    filled += got;
    done_ += got;
    remaining_ -= got;
  }
  return filled;
}

}  // namespace sagebrush::http
