#include "aws/chunked_body.h"

#include <algorithm>
#include <charconv>

#include "aws/auth_error.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

constexpr std::size_t kLongestHeader = 128;    // "size;chunk-signature=" and 64 digits take 101
constexpr std::size_t kLongestTrailer = 1024;  // bytes of one line
constexpr std::size_t kMostTrailers = 8;
constexpr std::uint64_t kSmallestSigned = 8192;  // but for the last
constexpr std::string_view kSignatureField = ";chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";

[[noreturn]] void refuse_framing(const std::string& detail) {
  throw AwsError("InvalidRequest", 400, "The aws-chunked body is malformed: " + detail);
}

[[noreturn]] void refuse_trailer() {
  throw AwsError("MalformedTrailerError", 400,
                 "The request contained trailing data that was not well-formed or did not conform "
                 "to our published schema.");
}

[[noreturn]] void refuse_length() {
  throw AwsError("IncompleteBody", 400,
                 "You did not provide the number of bytes specified by the "
                 "x-amz-decoded-content-length HTTP header.");
}

std::optional<std::uint64_t> parse_chunk_size(std::string_view text) {
  std::uint64_t size = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, size, 16);
  if (text.empty() || error != std::errc() || at != end) return std::nullopt;
  return size;
}

}  // namespace

ChunkedBodyDecoder::ChunkedBodyDecoder(ChunkedBodyOptions options) : options_(std::move(options)) {
  if (options_.signing) previous_signature_ = options_.signing->seed_signature;
}

void ChunkedBodyDecoder::write(std::span<const std::byte> piece, const Out& out) {
  while (!piece.empty()) {
    switch (state_) {
      case State::kHeader:
      case State::kTrailer:
        piece = piece.subspan(
            take_line(piece, state_ == State::kHeader ? kLongestHeader : kLongestTrailer));
        if (line_.ends_with("\r\n")) on_line();
        break;
      case State::kData: {
        const auto data = piece.first(std::min<std::uint64_t>(left_, piece.size()));
        if (chunk_hash_) chunk_hash_->update(data);
        out(data);
        left_ -= data.size();
        decoded_ += data.size();
        piece = piece.subspan(data.size());
        if (left_ == 0) state_ = State::kDataEnd;
        break;
      }
      case State::kDataEnd:
      case State::kEnd:
        piece = piece.subspan(take_line(piece, 2));
        if (line_ == "\r\n") on_line();
        break;
      case State::kDone: refuse_framing("bytes after its end");
    }
  }
}

// Moves bytes up to and with the next '\n' into line_; tells how many.
std::size_t ChunkedBodyDecoder::take_line(std::span<const std::byte> piece, std::size_t limit) {
  const std::string_view text(reinterpret_cast<const char*>(piece.data()), piece.size());
  const std::size_t end = text.find('\n');
  const std::size_t count = end == std::string_view::npos ? text.size() : end + 1;
  if (line_.size() + count > limit) {
    if (state_ == State::kTrailer) refuse_trailer();
    refuse_framing(limit == 2 ? "no line end after a chunk" : "a chunk's header is too long");
  }
  line_.append(text.substr(0, count));
  // Between "\n" and "\r\n" only trailers differ: AWS's own examples end their values with
  // "\n\r\n".
  if (state_ != State::kTrailer && line_.ends_with('\n') && !line_.ends_with("\r\n")) {
    refuse_framing("a line ends without a carriage return");
  }
  return count;
}

void ChunkedBodyDecoder::on_line() {
  line_.resize(line_.size() - 2);
  switch (state_) {
    case State::kHeader: begin_chunk(); break;
    case State::kDataEnd: end_chunk(); break;
    case State::kTrailer: line_.empty() ? end_trailers() : on_trailer(); break;
    case State::kEnd: state_ = State::kDone; break;
    case State::kData:
    case State::kDone: break;
  }
  line_.clear();
}

void ChunkedBodyDecoder::begin_chunk() {
  std::string_view size = line_;
  const std::size_t semicolon = size.find(';');
  if (options_.signing) {
    if (semicolon == std::string_view::npos ||
        !size.substr(semicolon).starts_with(kSignatureField)) {
      refuse_framing("a chunk without chunk-signature");
    }
    chunk_signature_ = size.substr(semicolon + kSignatureField.size());
    chunk_hash_.emplace(HashKind::kSha256);
  }
  size = size.substr(0, semicolon);
  const auto parsed = parse_chunk_size(size);
  if (!parsed) refuse_framing("a chunk's size is not a hexadecimal number");
  chunk_size_ = left_ = *parsed;
  if (left_ > options_.decoded_length - decoded_) refuse_length();
  if (left_ == 0) {
    end_chunk();
    return;
  }
  if (options_.signing && small_chunk_seen_) {
    throw AwsError("InvalidChunkSizeError", 403,
                   "Only the last chunk is allowed to have a size less than 8192 bytes");
  }
  small_chunk_seen_ = chunk_size_ < kSmallestSigned;
  state_ = State::kData;
}

// Follows a chunk's data and its line end; the last one, of no bytes, has neither.
void ChunkedBodyDecoder::end_chunk() {
  if (options_.signing) {
    const std::string expected =
        sign("AWS4-HMAC-SHA256-PAYLOAD", sha256_hex(""), to_hex(chunk_hash_->finish()));
    if (!equal_in_constant_time(expected, chunk_signature_)) {
      throw auth_error(AuthProblem::kMismatch, "s3");
    }
    previous_signature_ = expected;
  }
  if (chunk_size_ > 0) {
    state_ = State::kHeader;
  } else {
    state_ = options_.trailers ? State::kTrailer : State::kEnd;
  }
}

void ChunkedBodyDecoder::on_trailer() {
  std::string_view line = line_;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || trailers_.size() >= kMostTrailers) refuse_trailer();
  const std::string name = to_lower(trim(line.substr(0, colon)));
  std::string_view value = line.substr(colon + 1);
  if (value.ends_with('\n')) value.remove_suffix(1);
  value = trim(value);
  if (value.find('\n') != std::string_view::npos || !trailer_signature_.empty()) refuse_trailer();
  if (name == kTrailerSignature && options_.signing) {
    trailer_signature_ = value;
    if (value.empty()) refuse_trailer();
    return;
  }
  const bool announced = std::ranges::find(options_.announced, name) != options_.announced.end();
  if (!announced || trailers_.find(name)) refuse_trailer();
  trailers_.add(name, std::string(value));
}

void ChunkedBodyDecoder::end_trailers() {
  for (const std::string& name : options_.announced) {
    if (!trailers_.find(name)) refuse_trailer();
  }
  if (options_.signing) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : trailers_) lines.push_back(name + ":" + value + "\n");
    std::ranges::sort(lines);
    std::string canonical;
    for (const std::string& line : lines) canonical += line;
    const std::string expected = sign("AWS4-HMAC-SHA256-TRAILER", "", sha256_hex(canonical));
    if (!equal_in_constant_time(expected, trailer_signature_)) {
      throw auth_error(AuthProblem::kMismatch, "s3");
    }
  }
  state_ = State::kDone;
}

// "Signature Calculations for the Authorization Header: Transferring a Payload in Multiple Chunks",
// S3 API reference.
std::string ChunkedBodyDecoder::sign(std::string_view algorithm, std::string_view middle,
                                     std::string_view hash) {
  const ChunkSigning& signing = *options_.signing;
  std::string text(algorithm);
  text.append("\n").append(signing.amz_date).append("\n").append(signing.scope).append("\n");
  text.append(previous_signature_).append("\n");
  if (!middle.empty()) text.append(middle).append("\n");
  text.append(hash);
  return to_hex(hmac_sha256(signing.signing_key, text));
}

void ChunkedBodyDecoder::finish() const {
  if (state_ != State::kDone || decoded_ != options_.decoded_length) refuse_length();
}

}  // namespace sagebrush::aws
