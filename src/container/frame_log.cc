#include "container/frame_log.h"

#include <fcntl.h>
#include <isa-l.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/error.h"

namespace sagebrush::container {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr std::size_t kHead = 8;       // length and checksum
constexpr std::size_t kFixed = 8 + 1;  // time and stream

template <class Number>
void put(char* at, Number number) {
  std::memcpy(at, &number, sizeof number);
}

template <class Number>
Number get(const char* at) {
  Number number;
  std::memcpy(&number, at, sizeof number);
  return number;
}

std::uint32_t checksum(const char* data, std::size_t size) {
  return crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(data), size);
}

}  // namespace

void append_frame(std::string& buffer, Time time, Stream stream, std::string_view line) {
  line = line.substr(0, kLineLimit);
  const std::size_t start = buffer.size();
  buffer.resize(start + kHead + kFixed);
  put<std::uint32_t>(&buffer[start], static_cast<std::uint32_t>(kFixed + line.size()));
  put<std::int64_t>(&buffer[start + kHead], to_ms(time));
  buffer[start + kHead + 8] = static_cast<char>(stream);
  buffer += line;
  put<std::uint32_t>(&buffer[start + 4], checksum(&buffer[start + kHead], kFixed + line.size()));
}

std::optional<Frame> take_frame(std::string_view& bytes, bool& broken) {
  broken = false;
  if (bytes.size() < kHead) return std::nullopt;
  const std::size_t length = get<std::uint32_t>(bytes.data());
  if (length < kFixed || length > kFixed + kLineLimit) {
    broken = true;
    return std::nullopt;
  }
  if (bytes.size() < kHead + length) return std::nullopt;
  const char* body = bytes.data() + kHead;
  const auto stream = static_cast<std::uint8_t>(body[8]);
  if (get<std::uint32_t>(bytes.data() + 4) != checksum(body, length) || stream < 1 || stream > 2) {
    broken = true;
    return std::nullopt;
  }
  Frame frame{from_ms(get<std::int64_t>(body)), static_cast<Stream>(stream),
              std::string(body + kFixed, length - kFixed)};
  bytes.remove_prefix(kHead + length);
  return frame;
}

bool FrameReader::fill() {
  if (!file_) {
    std::error_code ignored;
    if (!std::filesystem::exists(path_, ignored)) return false;
    file_ = File::open(path_, O_RDONLY);
  }
  buffer_.erase(0, used_);
  used_ = 0;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + 512 * 1024);
  const auto room = std::as_writable_bytes(std::span(buffer_)).subspan(had);
  const std::size_t got = file_.read_at(offset_, room);
  buffer_.resize(had + got);
  offset_ += got;
  return got > 0;
}

std::size_t FrameReader::read(const std::function<bool(Frame)>& take) {
  std::size_t given = 0;
  while (!broken_) {
    std::string_view rest = std::string_view(buffer_).substr(used_);
    auto frame = take_frame(rest, broken_);
    if (!frame) {
      if (broken_ || !fill()) break;
      continue;
    }
    used_ = buffer_.size() - rest.size();
    ++next_;
    ++given;
    if (!take(std::move(*frame))) break;
  }
  return given;
}

}  // namespace sagebrush::container
