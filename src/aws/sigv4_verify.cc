#include <algorithm>

#include "aws/auth_error.h"
#include "aws/signing_key.h"
#include "aws/sigv2.h"
#include "aws/sigv4.h"
#include "aws/sigv4_canonical.h"
#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

constexpr std::chrono::minutes kWindowS3{15};
constexpr std::chrono::minutes kWindow{5};

bool is_signed(const ParsedSignature& signature, std::string_view name) {
  return std::ranges::find(signature.signed_headers, name) != signature.signed_headers.end();
}

// What is not signed could have been added on the way.
void require_signed_headers(const ParsedSignature& signature, const http::Headers& headers) {
  if (!is_signed(signature, "host")) {
    const std::string_view detail =
        signature.service == "s3"
            ? ""
            : "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
    throw auth_error(AuthProblem::kUnsignedHeader, signature.service, detail);
  }
  for (const auto& [name, value] : headers) {
    const std::string lower = to_lower(name);
    if (lower.starts_with("x-amz-") && !is_signed(signature, lower)) {
      throw auth_error(AuthProblem::kUnsignedHeader, signature.service);
    }
  }
  // An absent header has the canonical form of an empty one: it may not have been taken away.
  for (const std::string& name : signature.signed_headers) {
    if (!headers.find(name)) throw auth_error(AuthProblem::kMismatch, signature.service);
  }
}

std::string window_text(const ParsedSignature& signature, Time now, bool expired,
                        std::chrono::minutes window) {
  const Time limit = expired ? now - window : now + window;
  return (expired ? "Signature expired: " : "Signature not yet current: ") + signature.amz_date +
         (expired ? " is now earlier than " : " is still later than ") + to_amz_date(limit) + " (" +
         to_amz_date(now) + (expired ? " - " : " + ") + std::to_string(window.count()) + " min.)";
}

void require_time(const ParsedSignature& signature, Time now) {
  const bool s3 = signature.service == "s3";
  const std::chrono::minutes window = s3 ? kWindowS3 : kWindow;
  const bool early = signature.time > now + window;
  if (signature.presigned) {
    if (early) throw auth_error(AuthProblem::kUrlNotYetValid, signature.service);
    if (signature.expires.count() == 0 || now > signature.time + signature.expires) {
      throw auth_error(AuthProblem::kUrlExpired, signature.service);
    }
    return;
  }
  const bool late = signature.time < now - window;
  if (!early && !late) return;
  throw auth_error(AuthProblem::kSkewed, signature.service,
                   s3 ? std::string() : window_text(signature, now, late, window));
}

}  // namespace

VerifiedSignature verify(const ParsedSignature& signature, const http::Request& request,
                         std::string_view secret, std::string_view payload_hash, Time now) {
  if (signature.version == 2) {
    require_time(signature, now);
    require_sigv2(signature, request, secret);
    return VerifiedSignature(signature, "");
  }
  require_signed_headers(signature, request.headers);
  require_time(signature, now);
  const auto path = canonical_path(request.path, signature.service);
  const auto parameters = parse_query(request.query);
  if (!path || !parameters) throw auth_error(AuthProblem::kMalformedUri, signature.service);
  const std::string query = canonical_query(*parameters);
  const std::string headers = canonical_headers(request.headers, signature.signed_headers);
  const std::string canonical = canonical_request({.method = request.method,
                                                   .path = *path,
                                                   .query = query,
                                                   .headers = headers,
                                                   .signed_headers = signature.signed_headers,
                                                   .payload_hash = payload_hash});
  const std::string scope = credential_scope(signature.date, signature.region, signature.service);
  std::string key = signing_key(signature.access_key_id, secret, signature.date, signature.region,
                                signature.service);
  const std::string expected =
      to_hex(hmac_sha256(key, string_to_sign(signature.amz_date, scope, canonical)));
  if (!equal_in_constant_time(expected, signature.signature)) {
    throw auth_error(AuthProblem::kMismatch, signature.service);
  }
  return VerifiedSignature(signature, std::move(key));
}

void require_region(const ParsedSignature& signature, std::string_view region) {
  if (signature.region == region) return;
  const bool s3 = signature.service == "s3";
  throw auth_error(
      AuthProblem::kWrongScope, signature.service,
      s3 ? "the region '" + signature.region + "' is wrong; expecting '" + std::string(region) + "'"
         : "Credential should be scoped to a valid region, not '" + signature.region +
               "'; expecting '" + std::string(region) + "'.");
}

}  // namespace sagebrush::aws
