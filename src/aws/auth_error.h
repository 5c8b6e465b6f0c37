#pragma once

#include <string>
#include <string_view>

#include "aws/aws_error.h"

namespace sagebrush::aws {

// Why a request's caller is not let in. S3, the query protocol and the JSON services word each
// their own way.
enum class AuthProblem {
  kMissing,               // no authentication at all
  kTwoMechanisms,         // header and query at once
  kUnsupportedMechanism,  // anything but AWS4-HMAC-SHA256
  kMalformedHeader,
  kMalformedQuery,
  kMalformedUri,
  kBadDate,
  kBadPayloadMode,
  kMissingPayloadMode,
  kWrongScope,
  kUnsignedHeader,
  kSkewed,      // signed too long ago, or in the future
  kUrlExpired,  // presigned
  kUrlNotYetValid,
  kMismatch,      // the signature is another
  kUnknownKey,    // the access key id is not known, or not active
  kInvalidToken,  // session token missing, or not the one issued with the key
  kExpiredToken,
};

// `detail` replaces the general message (in S3's "…malformed; detail" it ends it).
AwsError auth_error(AuthProblem problem, std::string_view service, std::string_view detail = {});

}  // namespace sagebrush::aws
