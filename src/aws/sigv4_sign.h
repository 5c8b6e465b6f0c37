#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "base/time.h"
#include "http/client.h"

namespace sagebrush::aws {

struct SigningScope {
  std::string region;
  std::string service;  // "s3", "sagemaker", "logs", …
};

// Adds Host (that of `endpoint`, when absent), X-Amz-Date, X-Amz-Security-Token, for S3
// X-Amz-Content-Sha256, and Authorization, which signs every header then there but those that a
// proxy may change. payload_hash: the body's SHA-256 in hex or "UNSIGNED-PAYLOAD".
void sign_request(http::ClientRequest& request, const http::Endpoint& endpoint,
                  const Credentials& credentials, const SigningScope& scope,
                  std::string_view payload_hash, Time now);

// The whole URL ("http://host/path?…X-Amz-Signature=…") that lets anyone do `method` on `target`
// until now + expires. S3 only signs Host, and no body. target: raw path and query. Throws
// Error{kInvalid} when `expires` isn't 1 second to 7 days.
std::string presign_url(const http::Endpoint& endpoint, std::string_view method,
                        std::string_view target, const Credentials& credentials,
                        const SigningScope& scope, std::chrono::seconds expires, Time now);

}  // namespace sagebrush::aws
