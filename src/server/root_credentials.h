#pragma once

#include <filesystem>

#include "aws/credentials.h"

namespace sagebrush::server {

// Root's keys: `given` when not empty, else those of DATA/credentials, else new ones.
// DATA/credentials (AWS credentials-file format, profile default, 0600) holds them afterwards.
// Throws Error{kInvalid} when the file is there and has no keys.
aws::Credentials settle_root_credentials(const std::filesystem::path& data_dir,
                                         const aws::Credentials& given);

}  // namespace sagebrush::server
