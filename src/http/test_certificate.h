#pragma once

#include <filesystem>
#include <string>

#include "http/server.h"

namespace sagebrush::http {

// Writes a self-signed certificate and its key into `directory`. names: as in a certificate's
// subjectAltName, such as "DNS:localhost,IP:127.0.0.1".
TlsFiles make_test_certificate(const std::filesystem::path& directory, const std::string& names);

}  // namespace sagebrush::http
