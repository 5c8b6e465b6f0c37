#include "http/tls_context.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"

namespace sagebrush::http {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

void check(const error_code& error, std::string_view what, const std::string& file) {
  if (!error) return;
  throw Error(ErrorKind::kInvalid,
              std::string(what) + " '" + file + "' can't be used: " + error.message());
}

void allow_new_versions_only(ssl::context& context) {
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_options(ssl::context::default_workarounds | ssl::context::no_compression);
}

// ALPN: a client that offers h2 first must learn that it gets http/1.1.
int choose_http1(SSL*, const unsigned char** chosen, unsigned char* length,
                 const unsigned char* offered, unsigned offered_bytes, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* found = nullptr;
  const int outcome =
      SSL_select_next_proto(&found, length, kOurs, sizeof(kOurs) - 1, offered, offered_bytes);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

ssl::context server_tls(const TlsFiles& files) {
  ssl::context context(ssl::context::tls_server);
  allow_new_versions_only(context);
  error_code error;
  context.use_certificate_chain_file(files.certificate_chain, error);
  check(error, "certificate chain", files.certificate_chain);
  context.use_private_key_file(files.private_key, ssl::context::pem, error);
  check(error, "private key", files.private_key);
  SSL_CTX_set_alpn_select_cb(context.native_handle(), choose_http1, nullptr);
  return context;
}

ssl::context client_tls(const std::string& ca_file) {
  ssl::context context(ssl::context::tls_client);
  allow_new_versions_only(context);
  context.set_verify_mode(ssl::verify_peer);
  error_code error;
  if (ca_file.empty()) {
    context.set_default_verify_paths(error);
  } else {
    context.load_verify_file(ca_file, error);
  }
  check(error, "certificate authority file", ca_file);
  return context;
}

}  // namespace sagebrush::http
