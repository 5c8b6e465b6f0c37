#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

#include "http/server.h"

namespace sagebrush::http {

// TLS 1.2 and 1.3. Throws Error{kInvalid} that names the file that can't be used.
boost::asio::ssl::context server_tls(const TlsFiles& files);
// Verifies the peer against `ca_file`, or the system's authorities when it is "".
boost::asio::ssl::context client_tls(const std::string& ca_file);

}  // namespace sagebrush::http
