#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "http/message.h"

namespace sagebrush::aws {

// What chunk signatures are made with: each signs its chunk and the signature before it.
struct ChunkSigning {
  std::string signing_key;
  std::string amz_date;
  std::string scope;           // credential_scope()
  std::string seed_signature;  // of the header
};

struct ChunkedBodyOptions {
  std::optional<ChunkSigning> signing;  // absent: chunks carry no signature
  bool trailers = false;                // header fields may come after the last chunk
  std::vector<std::string>
      announced;  // lower-case names of x-amz-trailer: all of them must come, and no others
  std::uint64_t decoded_length = 0;  // x-amz-decoded-content-length
};

// Takes an aws-chunked body apart, piece by piece. Pure: no I/O, memory bounded by a header line.
// Throws AwsError as S3 words it: IncompleteBody, InvalidRequest, InvalidChunkSizeError,
// MalformedTrailerError, SignatureDoesNotMatch. The bytes of a signed chunk are handed on before
// its signature is seen: nothing holds before finish() returned.
class ChunkedBodyDecoder {
 public:
  using Out = std::function<void(std::span<const std::byte>)>;

  explicit ChunkedBodyDecoder(ChunkedBodyOptions options);
  void write(std::span<const std::byte> piece, const Out& out);
  void finish() const;  // throws when the body isn't whole
  const http::Headers& trailers() const {
    return trailers_;
  }  // lower-case names; complete after finish()

 private:
  enum class State { kHeader, kData, kDataEnd, kTrailer, kEnd, kDone };

  std::size_t take_line(std::span<const std::byte> piece, std::size_t limit);
  void on_line();
  void begin_chunk();
  void end_chunk();
  void on_trailer();
  void end_trailers();
  std::string sign(std::string_view algorithm, std::string_view middle, std::string_view hash);

  ChunkedBodyOptions options_;
  State state_ = State::kHeader;
  std::string line_;        // the one being read; ends with "\r\n" when whole
  std::uint64_t left_ = 0;  // of the chunk
  std::uint64_t decoded_ = 0;
  std::uint64_t chunk_size_ = 0;
  bool small_chunk_seen_ = false;
  std::string previous_signature_;
  std::string chunk_signature_;
  std::optional<Hasher> chunk_hash_;
  http::Headers trailers_;
  std::string trailer_signature_;
};

}  // namespace sagebrush::aws
