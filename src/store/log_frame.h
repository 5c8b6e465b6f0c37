#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sagebrush::store {

// A frame of a log segment, little-endian:
//   length u32 · crc u32 · time_ms i64 · ingestion_ms i64 · sequence u64 · message[length]
// crc is CRC-32C of all the frame but itself.
inline constexpr std::size_t kLogFrameHeader = 32;
// No writer makes a longer message; a reader takes a longer length for damage.
inline constexpr std::uint32_t kLogMessageMost = 16U << 20;
// Of events whose writer does not number them.
inline constexpr std::uint64_t kNoSequence = ~std::uint64_t{0};

struct LogFrame {
  std::int64_t time_ms = 0;
  std::int64_t ingestion_ms = 0;
  std::uint64_t sequence = kNoSequence;
  std::string_view message;
  std::size_t size() const { return kLogFrameHeader + message.size(); }
};

// Appends the frame to `out`. Throws Error{kInvalid} when the message is longer than
// kLogMessageMost.
void encode_log_frame(const LogFrame& frame, std::string& out);

enum class LogFrameState { kWhole, kCut, kDamaged };

struct DecodedLogFrame {
  LogFrameState state = LogFrameState::kCut;
  LogFrame frame;          // of kWhole; the message is a part of the input
  std::size_t needed = 0;  // of kCut: how many bytes the input must have at least
};

// Decodes the frame at the start of `bytes`, which may go on after it. kCut: the frame is longer
// than the input.
DecodedLogFrame decode_log_frame(std::string_view bytes);

}  // namespace sagebrush::store
