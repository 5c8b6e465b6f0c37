#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

namespace sagebrush::http {

// Finds a message body's bytes in what a peer sent (RFC 9112 §6, §7.1). Pure: reads no socket,
// keeps no input. Chunk extensions (1 KiB a line at most) and trailers (8 KiB in all) are checked
// for form and dropped.
class BodyFraming {
 public:
  static BodyFraming none() { return of_length(0); }
  static BodyFraming of_length(std::uint64_t bytes);
  static BodyFraming chunked();
  static BodyFraming until_close();  // responses only; never complete by itself

  struct Step {
    std::size_t consumed = 0;            // bytes of the input that are done with, payload included
    std::span<const std::byte> payload;  // lies inside the input; may be empty
  };
  // Takes the input's first stretch. Call again with the rest until it is used up or the body is
  // complete. The error is a sentence for the peer; the connection is then of no more use.
  std::expected<Step, std::string_view> next(std::span<const std::byte> input);

  bool complete() const { return state_ == State::kDone; }
  bool is_until_close() const { return state_ == State::kUntilClose; }
  // Payload bytes still to come, when known.
  std::optional<std::uint64_t> remaining() const;

 private:
  enum class State {
    kLength,
    kUntilClose,
    kSizeFirst,
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailerStart,
    kTrailerLine,
    kTrailerLf,
    kEndLf,
    kDone,
  };
  explicit BodyFraming(State state, std::uint64_t left = 0) : state_(state), left_(left) {}
  std::expected<void, std::string_view> take_framing_byte(unsigned char byte);
  std::expected<void, std::string_view> take_size_byte(unsigned char byte);
  std::expected<void, std::string_view> take_trailer_byte(unsigned char byte);

  State state_;
  std::uint64_t left_;          // of the body or of the chunk at hand
  std::size_t line_bytes_ = 0;  // of the chunk's size line
  std::size_t trailer_bytes_ = 0;
};

struct Decoded {
  std::size_t payload = 0;   // bytes, moved to the buffer's front
  std::size_t consumed = 0;  // less than the buffer only when the body is complete
};

// Decodes a buffer onto its own front.
std::expected<Decoded, std::string_view> decode_in_place(BodyFraming& framing,
                                                         std::span<std::byte> buffer);

}  // namespace sagebrush::http
