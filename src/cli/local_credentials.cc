#include "cli/local_credentials.h"

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/cloud.h"

namespace sagebrush::cli {

aws::Credentials local_credentials(const ServerRecord& server, const Environment& environment) {
  const auto id = environment("SAGEBRUSH_ACCESS_KEY_ID");
  const auto secret = environment("SAGEBRUSH_SECRET_ACCESS_KEY");
  if (id && secret) return {*id, *secret, ""};
  const std::filesystem::path file = std::filesystem::path(server.data_dir) / "credentials";
  try {
    if (auto found = aws::parse_credentials(read_file(file), "default", file.string()))
      return *found;
  } catch (const Error& error) {
    throw ConfigurationError(error.what());
  }
  throw ConfigurationError(file.string() + " has no section [default]");
}

}  // namespace sagebrush::cli
