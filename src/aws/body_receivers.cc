#include "aws/body_receivers.h"

#include "aws/aws_error.h"
#include "aws/sigv4_canonical.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

bool has_word(std::string_view list, std::string_view word) {
  for (const std::string_view part : split(list, ',')) {
    if (http::equal_ignoring_case(trim(part), word)) return true;
  }
  return false;
}

std::optional<std::uint64_t> decoded_length(const http::Headers& headers) {
  const auto text = headers.find("x-amz-decoded-content-length");
  return text ? parse_unsigned(trim(*text)) : std::nullopt;
}

bool is_streaming(PayloadMode mode) {
  return mode == PayloadMode::kStreamingSigned || mode == PayloadMode::kStreamingSignedTrailer ||
         mode == PayloadMode::kStreamingUnsignedTrailer;
}

// The chunked form of the body, nullopt when it comes as it is. An unsigned payload may be chunked
// too, by its Content-Encoding.
std::optional<ChunkedBodyOptions> chunking(const VerifiedSignature& signature,
                                           const http::Request& request) {
  const ParsedSignature& parsed = signature.parsed();
  const PayloadMode mode = parsed.payload_mode;
  const auto length = decoded_length(request.headers);
  if (!is_streaming(mode)) {
    const bool chunked = mode == PayloadMode::kUnsigned && length &&
                         has_word(request.headers.get("content-encoding"), "aws-chunked");
    if (!chunked) return std::nullopt;
  }
  if (!length) {
    throw AwsError("MissingContentLength", 411,
                   "You must provide the x-amz-decoded-content-length HTTP header.");
  }
  ChunkedBodyOptions options;
  options.decoded_length = *length;
  options.trailers = mode == PayloadMode::kStreamingSignedTrailer ||
                     mode == PayloadMode::kStreamingUnsignedTrailer;
  for (const auto& [name, value] : request.headers) {
    if (!options.trailers || !http::equal_ignoring_case(name, "x-amz-trailer")) continue;
    for (const std::string_view part : split(value, ',')) {
      options.announced.push_back(to_lower(trim(part)));
    }
  }
  if (mode == PayloadMode::kStreamingSigned || mode == PayloadMode::kStreamingSignedTrailer) {
    options.signing = ChunkSigning{
        .signing_key = signature.signing_key(),
        .amz_date = parsed.amz_date,
        .scope = credential_scope(parsed.date, parsed.region, parsed.service),
        .seed_signature = parsed.signature,
    };
  }
  return options;
}

[[noreturn]] void bad_digest(std::string_view what) {
  throw AwsError("BadDigest", 400,
                 "The " + std::string(what) + " you specified did not match " +
                     (what == "Content-MD5" ? "what we received." : "the calculated checksum."));
}

}  // namespace

PayloadVerifier::PayloadVerifier(const VerifiedSignature& signature, const http::Request& request,
                                 PayloadOptions options, std::unique_ptr<BodySink> sink)
    : sink_(std::move(sink)) {
  if (auto chunked = chunking(signature, request)) {
    expected_length_ = chunked->decoded_length;
    decoder_.emplace(std::move(*chunked));
  } else {
    expected_length_ = request.content_length;
  }
  if (options.checksum_headers) {
    promise_ = read_checksum_promise(request.headers);
    const bool in_trailer = promise_.algorithm && !promise_.value;
    const PayloadMode mode = signature.parsed().payload_mode;
    if (in_trailer && mode != PayloadMode::kStreamingSignedTrailer &&
        mode != PayloadMode::kStreamingUnsignedTrailer) {
      throw AwsError("InvalidRequest", 400,
                     "x-amz-trailer needs x-amz-content-sha256 to end in -PAYLOAD-TRAILER.");
    }
  }
  computed_ = promise_.algorithm ? promise_.algorithm : options.default_checksum;
  if (signature.parsed().payload_mode == PayloadMode::kHash) {
    content_sha256_ = signature.parsed().payload_hash;
  }
  // One pass of SHA-256 serves both purposes.
  if (!content_sha256_.empty() || computed_ == ChecksumAlgorithm::kSha256) {
    sha256_.emplace(HashKind::kSha256);
  }
  if (computed_ && computed_ != ChecksumAlgorithm::kSha256) {
    checksum_.emplace(checksum_name(*computed_).hash);
  }
  if (options.md5 || promise_.md5) md5_.emplace(HashKind::kMd5);
}

void PayloadVerifier::write(std::span<const std::byte> piece) {
  if (!decoder_) return take(piece);
  decoder_->write(piece, [this](std::span<const std::byte> decoded) { take(decoded); });
}

void PayloadVerifier::take(std::span<const std::byte> decoded) {
  length_ += decoded.size();
  if (sha256_) sha256_->update(decoded);
  if (md5_) md5_->update(decoded);
  if (checksum_) checksum_->update(decoded);
  sink_->write(decoded);
}

http::Response PayloadVerifier::finish() {
  if (decoder_) decoder_->finish();
  if (expected_length_ && length_ != *expected_length_) {
    throw AwsError("IncompleteBody", 400,
                   "You did not provide the number of bytes specified by the Content-Length HTTP "
                   "header");
  }
  VerifiedPayload payload;
  payload.length = length_;
  if (md5_) {
    payload.md5 = md5_->finish();
    if (promise_.md5 && *promise_.md5 != *payload.md5) bad_digest("Content-MD5");
  }
  check_checksum(payload);
  return sink_->finish(payload);
}

void PayloadVerifier::check_checksum(VerifiedPayload& payload) {
  const std::string sha256 = sha256_ ? sha256_->finish() : "";
  if (!content_sha256_.empty() && to_hex(sha256) != content_sha256_) {
    throw AwsError("XAmzContentSHA256Mismatch", 400,
                   "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  if (!computed_) return;
  const std::string value = to_base64(checksum_ ? checksum_->finish() : sha256);
  const ChecksumName& name = checksum_name(*computed_);
  if (promise_.algorithm) {
    // The decoder saw to it that every announced trailer came.
    if (!promise_.value) promise_.value = std::string(decoder_->trailers().get(name.header));
    require_checksum_form(*computed_, *promise_.value);
    if (*promise_.value != value) bad_digest(name.name);
  }
  payload.checksums.push_back({*computed_, value});
}

void CollectingSink::write(std::span<const std::byte> piece) {
  if (piece.size() > limit_ - body_.size()) {
    throw AwsError("MaxMessageLengthExceeded", 400, "Your request was too large.");
  }
  body_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
}

http::Response CollectingSink::finish(const VerifiedPayload& payload) {
  return answer_(std::move(body_), payload);
}

}  // namespace sagebrush::aws
