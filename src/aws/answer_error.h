#pragma once

#include "aws/aws_error.h"
#include "http/client.h"

namespace sagebrush::aws {

// Reads the error of an answer that isn't 2xx, in any of the services' forms: JSON's `__type` (or
// X-Amzn-ErrorType), XML's <Code>. An answer without either (HEAD, a proxy) gets a code by its
// status: "NotFound", "AccessDenied", else "HTTP 502".
AwsError read_error(const http::ClientResponse& response);

}  // namespace sagebrush::aws
