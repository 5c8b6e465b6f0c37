#include "store/log_frame.h"

#include <isa-l/crc.h>

#include <bit>
#include <cstring>

#include "base/error.h"

namespace sagebrush::store {
namespace {

static_assert(std::endian::native == std::endian::little,
              "frames are copied as they stand in memory");

constexpr std::size_t kCrcOffset = 4;
constexpr std::size_t kTimeOffset = 8;
constexpr std::size_t kIngestionOffset = 16;
constexpr std::size_t kSequenceOffset = 24;

template <typename T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <typename T>
void store_at(char* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

// ISA-L takes and gives the CRC's register itself, and wants non-const bytes that it does not
// write.
std::uint32_t checksum(const char* frame, std::size_t size) {
  auto* bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(frame));
  const std::uint32_t length = crc32_iscsi(bytes, static_cast<int>(kCrcOffset), ~0U);
  return ~crc32_iscsi(bytes + kTimeOffset, static_cast<int>(size - kTimeOffset), length);
}

}  // namespace

void encode_log_frame(const LogFrame& frame, std::string& out) {
  if (frame.message.size() > kLogMessageMost) {
    throw Error(ErrorKind::kInvalid, "A log event of " + std::to_string(frame.message.size()) +
                                         " bytes is too long: " + std::to_string(kLogMessageMost) +
                                         " is the most");
  }
  const std::size_t begin = out.size();
  out.resize(begin + kLogFrameHeader);
  out += frame.message;
  char* const at = out.data() + begin;
  store_at(at, static_cast<std::uint32_t>(frame.message.size()));
  store_at(at + kTimeOffset, frame.time_ms);
  store_at(at + kIngestionOffset, frame.ingestion_ms);
  store_at(at + kSequenceOffset, frame.sequence);
  store_at(at + kCrcOffset, checksum(at, frame.size()));
}

DecodedLogFrame decode_log_frame(std::string_view bytes) {
  DecodedLogFrame result;
  if (bytes.size() < kLogFrameHeader) {
    result.needed = kLogFrameHeader;
    return result;
  }
  const char* const at = bytes.data();
  const auto length = load<std::uint32_t>(at);
  if (length > kLogMessageMost) {
    result.state = LogFrameState::kDamaged;
    return result;
  }
  const std::size_t size = kLogFrameHeader + length;
  if (bytes.size() < size) {
    result.needed = size;
    return result;
  }
  if (load<std::uint32_t>(at + kCrcOffset) != checksum(at, size)) {
    result.state = LogFrameState::kDamaged;
    return result;
  }
  result.state = LogFrameState::kWhole;
  result.frame = {.time_ms = load<std::int64_t>(at + kTimeOffset),
                  .ingestion_ms = load<std::int64_t>(at + kIngestionOffset),
                  .sequence = load<std::uint64_t>(at + kSequenceOffset),
                  .message = bytes.substr(kLogFrameHeader, length)};
  return result;
}

}  // namespace sagebrush::store
