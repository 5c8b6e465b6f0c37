#include "server/certificates.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::server {
namespace {

namespace fs = std::filesystem;

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;

constexpr long kDay = 24 * 60 * 60;
constexpr long kAuthorityDays = 3650;
constexpr long kServerDays = 820;  // clients on some systems refuse more than 825
constexpr long kRenewalDays = 30;

void require(bool ok, const char* what) {
  if (ok) return;
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  throw Error(ErrorKind::kInternal, std::string(what) + ": " + text);
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  require(key != nullptr, "making a key");
  return key;
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  require(extension != nullptr, "making a certificate extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate make_certificate(const std::string& name, EVP_PKEY* key, long days) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  unsigned char serial[16];
  require(RAND_bytes(serial, sizeof serial) == 1, "random serial");
  serial[0] &= 0x7f;
  BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * kDay);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  require(X509_set_pubkey(certificate.get(), key) == 1, "setting a public key");
  return certificate;
}

void write_pem(const fs::path& file, X509* certificate, EVP_PKEY* key) {
  const Bio memory(BIO_new(BIO_s_mem()));
  if (certificate) PEM_write_bio_X509(memory.get(), certificate);
  if (key) PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(memory.get(), &data);
  write_file_atomically(file, std::string_view(data, static_cast<std::size_t>(bytes)),
                        key ? 0600 : 0644);
}

Bio memory_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate read_certificate(const fs::path& file) {
  const std::string text = read_file(file);
  Certificate certificate(PEM_read_bio_X509(memory_of(text).get(), nullptr, nullptr, nullptr));
  require(certificate != nullptr, file.c_str());
  return certificate;
}

Key read_key(const fs::path& file) {
  const std::string text = read_file(file);
  Key key(PEM_read_bio_PrivateKey(memory_of(text).get(), nullptr, nullptr, nullptr));
  require(key != nullptr, file.c_str());
  return key;
}

void make_authority(const fs::path& certificate_file, const fs::path& key_file) {
  const Key key = make_key();
  const Certificate certificate =
      make_certificate("Sagebrush certificate authority", key.get(), kAuthorityDays);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate.get(), certificate.get(), NID_key_usage,
                "critical,keyCertSign,cRLSign");
  add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0, "signing the authority");
  write_pem(key_file, nullptr, key.get());
  write_pem(certificate_file, certificate.get(), nullptr);
}

bool is_address(const std::string& host) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

void make_server_certificate(const CertificateFiles& files, const fs::path& authority_key_file,
                             const std::string& alternative_names) {
  const Certificate authority = read_certificate(files.authority);
  const Key authority_key = read_key(authority_key_file);
  const Key key = make_key();
  const Certificate certificate = make_certificate("sagebrush", key.get(), kServerDays);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(authority.get()));
  add_extension(certificate.get(), authority.get(), NID_basic_constraints, "CA:FALSE");
  add_extension(certificate.get(), authority.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), authority.get(), NID_ext_key_usage, "serverAuth");
  add_extension(certificate.get(), authority.get(), NID_authority_key_identifier, "keyid");
  add_extension(certificate.get(), authority.get(), NID_subject_alt_name, alternative_names);
  require(X509_sign(certificate.get(), authority_key.get(), EVP_sha256()) != 0, "signing");
  write_pem(files.private_key, nullptr, key.get());
  write_pem(files.certificate, certificate.get(), nullptr);
}

std::string alternative_names_of(const std::vector<std::string>& hosts) {
  std::string names;
  for (const auto& host : hosts) {
    names += std::string(names.empty() ? "" : ",") + (is_address(host) ? "IP:" : "DNS:") + host;
  }
  return names;
}

}  // namespace

CertificateFiles settle_certificates(const fs::path& directory,
                                     const std::vector<std::string>& hosts) {
  fs::create_directories(directory);
  fs::permissions(directory, fs::perms::owner_all);
  const CertificateFiles files{.authority = directory / "ca.pem",
                               .certificate = directory / "server.pem",
                               .private_key = directory / "server.key"};
  const fs::path authority_key = directory / "ca.key";
  const fs::path hosts_file = directory / "server.hosts";
  if (!fs::exists(files.authority) || !fs::exists(authority_key)) {
    make_authority(files.authority, authority_key);
    fs::remove(files.certificate);
  }
  const std::string names = alternative_names_of(hosts);
  bool good = fs::exists(files.certificate) && fs::exists(files.private_key) &&
              fs::exists(hosts_file) && read_file(hosts_file) == names;
  if (good) {
    time_t renewal = std::time(nullptr) + kRenewalDays * kDay;
    good =
        X509_cmp_time(X509_get0_notAfter(read_certificate(files.certificate).get()), &renewal) > 0;
  }
  if (!good) {
    make_server_certificate(files, authority_key, names);
    write_file_atomically(hosts_file, names);
  }
  return files;
}

}  // namespace sagebrush::server
