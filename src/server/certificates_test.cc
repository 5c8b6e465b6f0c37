#include "server/certificates.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

#include "base/file.h"

namespace sagebrush::server {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Certificate read(const std::filesystem::path& file) {
  FILE* stream = std::fopen(file.c_str(), "r");
  Certificate certificate(PEM_read_X509(stream, nullptr, nullptr, nullptr), &X509_free);
  std::fclose(stream);
  return certificate;
}

TEST(Certificates, AreSignedByTheAuthorityForTheirHosts) {
  const TemporaryDirectory folder;
  const auto files = settle_certificates(folder.path(), {"localhost", "127.0.0.1"});
  const auto authority = read(files.authority);
  const auto server = read(files.certificate);
  EXPECT_EQ(X509_verify(server.get(), X509_get0_pubkey(authority.get())), 1);
  EXPECT_EQ(X509_check_host(server.get(), "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(server.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_host(server.get(), "elsewhere", 0, 0, nullptr), 0);
}

TEST(Certificates, StayUntilTheHostsChange) {
  const TemporaryDirectory folder;
  const auto files = settle_certificates(folder.path(), {"localhost"});
  const std::string authority = read_file(files.authority);
  const std::string server = read_file(files.certificate);
  settle_certificates(folder.path(), {"localhost"});
  EXPECT_EQ(read_file(files.certificate), server);
  settle_certificates(folder.path(), {"localhost", "other"});
  EXPECT_NE(read_file(files.certificate), server);
  EXPECT_EQ(read_file(files.authority), authority);
}

}  // namespace
}  // namespace sagebrush::server
