#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sagebrush::server {

struct CertificateFiles {
  std::filesystem::path authority;    // what clients trust (AWS_CA_BUNDLE)
  std::filesystem::path certificate;  // PEM chain
  std::filesystem::path private_key;
};

// An authority of our own and a server certificate for `hosts` (names and addresses) in
// `directory`: made when missing, the server's made anew when it ends within a month or its hosts
// changed. Keys are EC P-256, files 0600.
CertificateFiles settle_certificates(const std::filesystem::path& directory,
                                     const std::vector<std::string>& hosts);

}  // namespace sagebrush::server
