#include "http/body_framing.h"

#include <algorithm>
#include <cstring>

namespace sagebrush::http {
namespace {

constexpr std::size_t kSizeLineLimit = 1024;
constexpr std::size_t kTrailerLimit = 8192;

int hex_value(unsigned char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

bool is_text(unsigned char byte) {
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

std::unexpected<std::string_view> bad(std::string_view text) {
  return std::unexpected(text);
}

}  // namespace

BodyFraming BodyFraming::of_length(std::uint64_t bytes) {
  return BodyFraming(bytes == 0 ? State::kDone : State::kLength, bytes);
}
BodyFraming BodyFraming::chunked() {
  return BodyFraming(State::kSizeFirst);
}
BodyFraming BodyFraming::until_close() {
  return BodyFraming(State::kUntilClose);
}

std::optional<std::uint64_t> BodyFraming::remaining() const {
  if (state_ == State::kLength) return left_;
  if (state_ == State::kDone) return 0;
  return std::nullopt;
}

std::expected<BodyFraming::Step, std::string_view> BodyFraming::next(
    std::span<const std::byte> input) {
  Step step;
  while (step.consumed < input.size() && !complete()) {
    if (state_ == State::kUntilClose) return Step{input.size(), input};
    if (state_ == State::kLength || state_ == State::kData) {
      const std::size_t size = std::min<std::uint64_t>(left_, input.size() - step.consumed);
      step.payload = input.subspan(step.consumed, size);
      step.consumed += size;
      left_ -= size;
      if (left_ == 0) state_ = state_ == State::kData ? State::kDataCr : State::kDone;
      return step;
    }
    const auto taken = take_framing_byte(static_cast<unsigned char>(input[step.consumed]));
    if (!taken) return std::unexpected(taken.error());
    ++step.consumed;
  }
  return step;
}

std::expected<void, std::string_view> BodyFraming::take_framing_byte(unsigned char byte) {
  switch (state_) {
    case State::kSizeFirst:
    case State::kSize:
    case State::kExtension:
    case State::kSizeLf: return take_size_byte(byte);
    case State::kDataCr:
      if (byte != '\r') return bad("A chunk is longer than its size says.");
      state_ = State::kDataLf;
      return {};
    case State::kDataLf:
      if (byte != '\n') return bad("A chunk does not end in CRLF.");
      state_ = State::kSizeFirst;
      return {};
    default: return take_trailer_byte(byte);
  }
}

std::expected<void, std::string_view> BodyFraming::take_size_byte(unsigned char byte) {
  if (++line_bytes_ > kSizeLineLimit) return bad("A chunk's size line is too long.");
  if (state_ == State::kSizeLf) {
    if (byte != '\n') return bad("A chunk's size line does not end in CRLF.");
    line_bytes_ = 0;
    state_ = left_ == 0 ? State::kTrailerStart : State::kData;
    return {};
  }
  if (state_ == State::kExtension) {
    if (byte == '\r') {
      state_ = State::kSizeLf;
    } else if (!is_text(byte)) {
      return bad("A chunk extension holds a control character.");
    }
    return {};
  }
  const int digit = hex_value(byte);
  if (state_ == State::kSizeFirst) {
    if (digit < 0) return bad("A chunk's size is not a hexadecimal number.");
    left_ = static_cast<std::uint64_t>(digit);
    state_ = State::kSize;
    return {};
  }
  if (digit >= 0) {
    if (left_ >> 59 != 0) return bad("A chunk's size is too large.");
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
  } else if (byte == ';') {
    state_ = State::kExtension;
  } else if (byte == '\r') {
    state_ = State::kSizeLf;
  } else {
    return bad("A chunk's size is not a hexadecimal number.");
  }
  return {};
}

std::expected<void, std::string_view> BodyFraming::take_trailer_byte(unsigned char byte) {
  if (++trailer_bytes_ > kTrailerLimit) return bad("The trailer is too long.");
  switch (state_) {
    case State::kTrailerStart:
      if (byte == '\r') {
        state_ = State::kEndLf;
      } else if (is_text(byte) && byte != ' ' && byte != '\t') {
        state_ = State::kTrailerLine;
      } else {
        return bad("A trailer line starts with white space or a control character.");
      }
      return {};
    case State::kTrailerLine:
      if (byte == '\r') {
        state_ = State::kTrailerLf;
      } else if (!is_text(byte)) {
        return bad("A trailer line holds a control character.");
      }
      return {};
    case State::kTrailerLf:
      if (byte != '\n') return bad("A trailer line does not end in CRLF.");
      state_ = State::kTrailerStart;
      return {};
    default:
      if (byte != '\n') return bad("The trailer does not end in CRLF.");
      state_ = State::kDone;
      return {};
  }
}

std::expected<Decoded, std::string_view> decode_in_place(BodyFraming& framing,
                                                         std::span<std::byte> buffer) {
  Decoded decoded;
  while (decoded.consumed < buffer.size() && !framing.complete()) {
    const auto step = framing.next(buffer.subspan(decoded.consumed));
    if (!step) return std::unexpected(step.error());
    if (!step->payload.empty()) {
      std::memmove(buffer.data() + decoded.payload, step->payload.data(), step->payload.size());
    }
    decoded.payload += step->payload.size();
    decoded.consumed += step->consumed;
  }
  return decoded;
}

}  // namespace sagebrush::http
