#pragma once

#include "aws/credentials.h"
#include "cli/endpoint_choice.h"

namespace sagebrush::cli {

// The root keys of a local server: SAGEBRUSH_ACCESS_KEY_ID and SAGEBRUSH_SECRET_ACCESS_KEY, else
// DATA/credentials. Throws ConfigurationError that names the file when it can't be read.
aws::Credentials local_credentials(const ServerRecord& server, const Environment& environment);

}  // namespace sagebrush::cli
