#include "http/test_certificate.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

#include "base/error.h"

namespace sagebrush::http {
namespace {

void require(bool ok, const char* step) {
  if (!ok) throw Error(ErrorKind::kInternal, std::string("test certificate: ") + step);
}

template <typename Write>
void write_pem(const std::filesystem::path& path, Write write) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"),
                                                             &std::fclose);
  require(file != nullptr && write(file.get()) == 1, "write");
}

}  // namespace

TlsFiles make_test_certificate(const std::filesystem::path& directory, const std::string& names) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), &X509_free);
  require(key && certificate, "new");
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("sagebrush test"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> alternatives(
      X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, names.c_str()),
      &X509_EXTENSION_free);
  require(alternatives != nullptr, "names");
  X509_add_ext(certificate.get(), alternatives.get(), -1);
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "sign");

  const TlsFiles files{directory / "certificate.pem", directory / "key.pem"};
  write_pem(files.certificate_chain,
            [&](std::FILE* file) { return PEM_write_X509(file, certificate.get()); });
  write_pem(files.private_key, [&](std::FILE* file) {
    return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return files;
}

}  // namespace sagebrush::http
