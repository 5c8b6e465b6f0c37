#pragma once

#include <string>
#include <string_view>

#include "aws/sigv4.h"
#include "aws/sigv4_canonical.h"

namespace sagebrush::aws {

// Presigned URLs of S3 as Signature Version 2 has them (?AWSAccessKeyId=…&Signature=…&Expires=…,
// "Signing and authenticating REST requests" in S3's user guide): boto3 still makes them unless
// told otherwise. The form with a header ("AWS KEY:signature") is not accepted.

// Throws AwsError when a parameter is missing, twice there or no date.
ParsedSignature parse_sigv2(const QueryParameters& parameters);

// What is signed: method, Content-MD5, Content-Type, expiry, x-amz-* fields, bucket, `path` (the
// request's, raw) and subresources. Neither the host nor the body.
std::string sigv2_string_to_sign(const ParsedSignature& signature, const http::Request& request,
                                 std::string_view path);

// Throws AwsError unless the signature is that of `request` by the owner of `secret`, and the query
// holds no parameter that it doesn't cover but those that only shape a listing.
void require_sigv2(const ParsedSignature& signature, const http::Request& request,
                   std::string_view secret);

}  // namespace sagebrush::aws
