#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace sagebrush::job {

// "HOST[:PORT]/team/train:v1@sha256:…", read as docker reads it.
struct ImageReference {
  std::string host;  // with its port; "" when the name begins with the repository
  std::string repository;
  std::string tag;     // "latest" when neither tag nor digest is given; "" beside a digest alone
  std::string digest;  // "sha256:…", or ""
};

// nullopt when it is none.
std::optional<ImageReference> parse_image_reference(std::string_view text);

// Whose registry a host is, for this server.
enum class RegistryOwner {
  kOurs,     // no host, one of this server's names, or this account at AWS
  kAccount,  // another account at AWS: its images may have been pushed here under the same name
  kForeign,
};

// The names that mean this server's registry.
class RegistryNames {
 public:
  // hosts: in lower case with their ports, "gpu-box:9000", or without where clients leave it out.
  // Names below localhost count as localhost.
  RegistryNames(std::string account, std::set<std::string> hosts)
      : account_(std::move(account)), hosts_(std::move(hosts)) {}
  RegistryOwner owner(std::string_view host) const;

 private:
  std::string account_;
  std::set<std::string> hosts_;
};

// "123456789012.dkr.ecr.us-east-1.amazonaws.com" → "123456789012"; nullopt for other hosts.
std::optional<std::string_view> ecr_account(std::string_view host);

}  // namespace sagebrush::job
