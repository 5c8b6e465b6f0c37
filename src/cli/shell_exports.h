#pragma once

#include <map>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "cli/endpoint_choice.h"

namespace sagebrush::cli {

// text in single quotes for a POSIX shell, when it needs them.
std::string shell_quote(std::string_view text);

// "export NAME=value" lines that make AWS clients talk to this server, in the order of the AWS
// CLI's own documentation.
std::string shell_exports(const ServerRecord& server, const aws::Credentials& credentials);

// botocore's endpoints.json for AWS's commercial regions with STS at `tls_url` in each. The
// SageMaker SDKs build their STS client from that table and ignore AWS_ENDPOINT_URL; the rest of
// AWS keeps its own hosts.
std::string sdk_endpoints_json(std::string_view tls_url);

}  // namespace sagebrush::cli
