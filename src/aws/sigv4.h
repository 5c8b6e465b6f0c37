#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "http/message.h"

namespace sagebrush::aws {

// What x-amz-content-sha256 says about the body.
enum class PayloadMode {
  kHash,                      // 64 hex digits: the body's SHA-256
  kUnsigned,                  // UNSIGNED-PAYLOAD
  kStreamingSigned,           // STREAMING-AWS4-HMAC-SHA256-PAYLOAD
  kStreamingSignedTrailer,    // STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
  kStreamingUnsignedTrailer,  // STREAMING-UNSIGNED-PAYLOAD-TRAILER
};

// What a request claims about its signature: nothing of it holds before verify().
struct ParsedSignature {
  int version = 4;  // 2: a presigned URL of S3 in the old form (sigv2.h)
  std::string access_key_id;
  std::string date;  // of the scope: "20260131"
  std::string region;
  std::string service;
  std::vector<std::string> signed_headers;  // lower case, as listed
  std::string signature;
  std::string amz_date;  // "20260131T120000Z"
  Time time;             // the same
  bool presigned = false;
  std::chrono::seconds expires{0};  // of a presigned request, after `time`
  std::string host_bucket;          // the caller sets it for virtual-host style: version 2 signs it
  std::string session_token;        // "" when there is none
  PayloadMode payload_mode = PayloadMode::kHash;
  // Goes into verify() as it is. "" (services other than S3): the caller passes sha256_hex() of the
  // body it collected.
  std::string payload_hash;
};

// A request whose signature held. Only verify() makes one; readers of bodies ask for it.
class VerifiedSignature {
 public:
  const ParsedSignature& parsed() const { return parsed_; }
  // Secret: for chunk signatures, which version 2 has none of ("").
  const std::string& signing_key() const { return signing_key_; }

 private:
  VerifiedSignature(ParsedSignature parsed, std::string signing_key)
      : parsed_(std::move(parsed)), signing_key_(std::move(signing_key)) {}
  friend VerifiedSignature verify(const ParsedSignature&, const http::Request&, std::string_view,
                                  std::string_view, Time);
  ParsedSignature parsed_;
  std::string signing_key_;
};

// True when the request carries authentication of any kind, good or bad.
bool has_signature(const http::Request& request);

// The service that the credential scope names; when it can't be read, a guess good enough to word
// an error: "sagemaker" or "logs" by X-Amz-Target, "sts" for a form, else "s3".
std::string service_of(const http::Request& request);

// Reads the Authorization header or the X-Amz-* parameters. Throws AwsError in the wording of
// service_of(request).
ParsedSignature parse_signature(const http::Request& request);

// Throws AwsError unless the signature is that of `request` by the owner of `secret`, all x-amz-*
// headers and Host are signed, and the time fits: 15 minutes either way for S3, 5 for the others; a
// presigned URL's own end.
VerifiedSignature verify(const ParsedSignature& signature, const http::Request& request,
                         std::string_view secret, std::string_view payload_hash, Time now);

// Throws AwsError when the scope's region is another.
void require_region(const ParsedSignature& signature, std::string_view region);

}  // namespace sagebrush::aws
