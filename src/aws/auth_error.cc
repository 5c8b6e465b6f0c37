#include "aws/auth_error.h"

#include <array>

namespace sagebrush::aws {
namespace {

struct Wording {
  const char* code;
  int status;
  const char* message;
};

struct Row {
  AuthProblem problem;
  Wording s3;
  Wording query;
  Wording json;
};

constexpr const char* kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key "
    "and signing method. Consult the service documentation for details.";
constexpr const char* kOnlyOne =
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
    "string parameter or "
    "the Authorization header should be specified";
constexpr const char* kMechanism =
    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";
constexpr const char* kIncomplete =
    "Authorization requires 'Credential', 'SignedHeaders' and 'Signature' parameters and a date.";
constexpr const char* kIsoDate =
    "Date must be in ISO-8601 'basic format', such as 20260131T120000Z.";
constexpr const char* kUri = "Couldn't parse the specified URI.";
constexpr const char* kSkew =
    "The difference between the request time and the current time is too large.";
constexpr const char* kUnsigned = "There were headers present in the request which were not signed";
constexpr const char* kPayload =
    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid "
    "sha256 value.";
constexpr const char* kNoPayload = "Missing required header for this request: x-amz-content-sha256";
constexpr const char* kToken = "The security token included in the request is invalid.";
constexpr const char* kTokenExpired = "The security token included in the request is expired";

// clang-format off
constexpr std::array kRows{
    Row{AuthProblem::kMissing,
        {"AccessDenied", 403, "Access Denied"},
        {"MissingAuthenticationToken", 403, "Request is missing Authentication Token"},
        {"MissingAuthenticationTokenException", 403, "Missing Authentication Token"}},
    Row{AuthProblem::kTwoMechanisms,
        {"InvalidArgument", 400, kOnlyOne}, {"IncompleteSignature", 400, kOnlyOne}, {"IncompleteSignatureException", 400, kOnlyOne}},
    Row{AuthProblem::kUnsupportedMechanism,
        {"InvalidRequest", 400, kMechanism}, {"IncompleteSignature", 400, kMechanism}, {"IncompleteSignatureException", 400, kMechanism}},
    Row{AuthProblem::kMalformedHeader,
        {"AuthorizationHeaderMalformed", 400, "The authorization header is malformed"},
        {"IncompleteSignature", 400, kIncomplete}, {"IncompleteSignatureException", 400, kIncomplete}},
    Row{AuthProblem::kMalformedQuery,
        {"AuthorizationQueryParametersError", 400,
         "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
         "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."},
        {"IncompleteSignature", 400, kIncomplete}, {"IncompleteSignatureException", 400, kIncomplete}},
    Row{AuthProblem::kMalformedUri,
        {"InvalidURI", 400, kUri}, {"MalformedQueryString", 400, kUri}, {"MalformedQueryStringException", 400, kUri}},
    Row{AuthProblem::kBadDate,
        {"AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header"},
        {"IncompleteSignature", 400, kIsoDate}, {"IncompleteSignatureException", 400, kIsoDate}},
    Row{AuthProblem::kBadPayloadMode,
        {"InvalidArgument", 400, kPayload}, {"InvalidParameterValue", 400, kPayload}, {"InvalidSignatureException", 400, kPayload}},
    Row{AuthProblem::kMissingPayloadMode,
        {"InvalidRequest", 400, kNoPayload}, {"InvalidParameterValue", 400, kNoPayload}, {"InvalidSignatureException", 400, kNoPayload}},
    Row{AuthProblem::kWrongScope,
        {"AuthorizationHeaderMalformed", 400, "The authorization header is malformed"},
        {"SignatureDoesNotMatch", 403, kMismatch}, {"InvalidSignatureException", 403, kMismatch}},
    Row{AuthProblem::kUnsignedHeader,
        {"AccessDenied", 403, kUnsigned}, {"SignatureDoesNotMatch", 403, kUnsigned}, {"InvalidSignatureException", 403, kUnsigned}},
    Row{AuthProblem::kSkewed,
        {"RequestTimeTooSkewed", 403, kSkew}, {"SignatureDoesNotMatch", 403, kSkew}, {"InvalidSignatureException", 403, kSkew}},
    Row{AuthProblem::kUrlExpired,
        {"AccessDenied", 403, "Request has expired"},
        {"SignatureDoesNotMatch", 403, "Signature expired"}, {"InvalidSignatureException", 403, "Signature expired"}},
    Row{AuthProblem::kUrlNotYetValid,
        {"AccessDenied", 403, "Request is not yet valid"},
        {"SignatureDoesNotMatch", 403, "Signature not yet current"}, {"InvalidSignatureException", 403, "Signature not yet current"}},
    Row{AuthProblem::kMismatch,
        {"SignatureDoesNotMatch", 403,
         "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
        {"SignatureDoesNotMatch", 403, kMismatch}, {"InvalidSignatureException", 403, kMismatch}},
    Row{AuthProblem::kUnknownKey,
        {"InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."},
        {"InvalidClientTokenId", 403, kToken}, {"UnrecognizedClientException", 403, kToken}},
    Row{AuthProblem::kInvalidToken,
        {"InvalidToken", 400, "The provided token is malformed or otherwise invalid."},
        {"InvalidClientTokenId", 403, kToken}, {"UnrecognizedClientException", 403, kToken}},
    Row{AuthProblem::kExpiredToken,
        {"ExpiredToken", 400, "The provided token has expired."},
        {"ExpiredToken", 403, kTokenExpired}, {"ExpiredTokenException", 403, kTokenExpired}},
};
// clang-format on

const Wording& pick(const Row& row, ErrorStyle style) {
  switch (style) {
    case ErrorStyle::kS3: return row.s3;
    case ErrorStyle::kQuery: return row.query;
    case ErrorStyle::kJson: return row.json;
  }
  return row.json;
}

}  // namespace

AwsError auth_error(AuthProblem problem, std::string_view service, std::string_view detail) {
  const Row* found = kRows.begin();
  while (found->problem != problem) ++found;  // a row for each: see the test
  const Wording& wording = pick(*found, error_style(service));
  std::string message = wording.message;
  if (!detail.empty()) {
    const bool continues = std::string_view(wording.code) == "AuthorizationHeaderMalformed";
    message = continues ? message + "; " + std::string(detail) : std::string(detail);
  }
  return AwsError(wording.code, wording.status, std::move(message));
}

}  // namespace sagebrush::aws
