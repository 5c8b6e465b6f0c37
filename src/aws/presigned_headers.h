#pragma once

#include "http/message.h"

namespace sagebrush::aws {

// The request with the header fields that a presigned URL carries in its query: signers move
// x-amz-meta-*, x-amz-acl and the like there, version 2 also Content-Type and Content-MD5. A field
// that the request has as a header too stays as it is. Throws AwsError{InvalidArgument} for what no
// header can hold. version: of the signature, 2 or 4.
http::Request with_presigned_headers(const http::Request& request, int version);

}  // namespace sagebrush::aws
