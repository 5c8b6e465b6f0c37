#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aws/checksum.h"
#include "aws/chunked_body.h"
#include "aws/sigv4.h"
#include "base/hash.h"
#include "http/message.h"

namespace sagebrush::aws {

// What held of a body, all of it seen.
struct VerifiedPayload {
  std::uint64_t length = 0;        // decoded
  std::optional<std::string> md5;  // raw, 16 bytes: when asked for or sent by the client
  std::vector<Checksum> checksums;
};

// Takes a body's decoded bytes. finish() is called only when all checks held; destroyed without it,
// it must leave nothing behind.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual void write(std::span<const std::byte> piece) = 0;
  virtual http::Response finish(const VerifiedPayload& payload) = 0;
};

struct PayloadOptions {
  bool md5 = false;  // compute it in any case, for an ETag
  // False where x-amz-checksum-* speaks of an object rather than of this body
  // (CompleteMultipartUpload).
  bool checksum_headers = true;
  std::optional<ChecksumAlgorithm> default_checksum;  // computed when the client names none
};

// Decodes aws-chunked, checks the body against x-amz-content-sha256, Content-MD5, x-amz-checksum-*
// and the lengths, and hands it on. The constructor throws AwsError for headers that can't be;
// write() and finish() for a body that isn't what they promise.
class PayloadVerifier : public http::Receiver {
 public:
  PayloadVerifier(const VerifiedSignature& signature, const http::Request& request,
                  PayloadOptions options, std::unique_ptr<BodySink> sink);
  void write(std::span<const std::byte> piece) override;
  http::Response finish() override;

 private:
  void take(std::span<const std::byte> decoded);
  void check_checksum(VerifiedPayload& payload);

  std::unique_ptr<BodySink> sink_;
  ChecksumPromise promise_;
  std::optional<ChecksumAlgorithm> computed_;
  std::string content_sha256_;  // hex; "" when not to be checked
  std::optional<ChunkedBodyDecoder> decoder_;
  std::optional<Hasher> sha256_, md5_, checksum_;
  std::optional<std::uint64_t> expected_length_;
  std::uint64_t length_ = 0;
};

// Collects a small body (S3's XML documents) and hands it to `answer`. Throws
// AwsError{MaxMessageLengthExceeded} above `limit` bytes.
class CollectingSink : public BodySink {
 public:
  using Answer = std::function<http::Response(std::string body, const VerifiedPayload& payload)>;
  CollectingSink(std::size_t limit, Answer answer) : limit_(limit), answer_(std::move(answer)) {}
  void write(std::span<const std::byte> piece) override;
  http::Response finish(const VerifiedPayload& payload) override;

 private:
  std::size_t limit_;
  Answer answer_;
  std::string body_;
};

}  // namespace sagebrush::aws
