#include "job/image_reference.h"

#include <algorithm>

#include "base/text.h"
#include "store/image_names.h"

namespace sagebrush::job {
namespace {

// As docker: a first part with a dot or a colon, or "localhost", is a registry's host.
bool is_host(std::string_view part) {
  return part == "localhost" || part.find_first_of(".:") != std::string_view::npos;
}

bool is_host_name(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  });
}

}  // namespace

std::optional<ImageReference> parse_image_reference(std::string_view text) {
  ImageReference found;
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    found.digest = text.substr(at + 1);
    if (!store::is_digest(found.digest)) return std::nullopt;
    text = text.substr(0, at);
  }
  if (const auto slash = text.find('/');
      slash != std::string_view::npos && is_host(text.substr(0, slash))) {
    found.host = to_lower(text.substr(0, slash));
    if (!is_host_name(found.host)) return std::nullopt;
    text.remove_prefix(slash + 1);
  }
  if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
    found.tag = text.substr(colon + 1);
    if (!store::is_tag(found.tag)) return std::nullopt;
    text = text.substr(0, colon);
  }
  if (!store::is_repository_name(text)) return std::nullopt;
  found.repository = text;
  if (found.tag.empty() && found.digest.empty()) found.tag = "latest";
  return found;
}

std::optional<std::string_view> ecr_account(std::string_view host) {
  const auto parts = split(host, '.');
  const bool account = parts.size() >= 5 && parts[0].size() == 12 &&
                       parts[0].find_first_not_of("0123456789") == std::string_view::npos;
  const bool registry =
      account && parts[1] == "dkr" && (parts[2] == "ecr" || parts[2] == "ecr-fips");
  const bool amazon = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
  return registry && amazon ? std::optional(parts[0]) : std::nullopt;
}

RegistryOwner RegistryNames::owner(std::string_view host) const {
  if (host.empty() || hosts_.contains(std::string(host))) return RegistryOwner::kOurs;
  if (const auto account = ecr_account(host)) {
    return *account == account_ ? RegistryOwner::kOurs : RegistryOwner::kAccount;
  }
  // Names below localhost are this machine's by RFC 6761.
  const auto colon = host.find(':');
  const std::string port(colon == std::string_view::npos ? "" : host.substr(colon));
  if (host.substr(0, colon).ends_with(".localhost") && hosts_.contains("localhost" + port)) {
    return RegistryOwner::kOurs;
  }
  return RegistryOwner::kForeign;
}

}  // namespace sagebrush::job
