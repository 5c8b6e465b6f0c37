#pragma once

#include <filesystem>
#include <string>

#include "base/file.h"

namespace sagebrush::container {

// Carries bytes between clients of `server` (a listening socket) and the server that the spec
// names, and answers credentials_path on `credentials` with the spec's keys; for ever. A server
// that is away is tried again for a minute while its client waits.
[[noreturn]] void relay_loop(const std::filesystem::path& spec, const std::string& credentials_path,
                             File server, File credentials);

// The answer of the container-credentials endpoint to a request's first bytes: a whole HTTP
// response. access: the member of a spec.
std::string credentials_answer(const std::string& request, const std::string& credentials_path,
                               const std::filesystem::path& spec);

}  // namespace sagebrush::container
