#include "agent/container_access.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::agent {
namespace {

using agent_protocol::Spec;

bool isolated(const Spec& spec) {
  const auto* value = spec.request.if_contains("EnableNetworkIsolation");
  return value && value->is_bool() && value->get_bool();
}

// Looks like a UUID; the same for all agents of the attempt, told by nothing but its token.
std::string credentials_path(const Spec& spec) {
  const std::string id = sha256_hex("container credentials " + spec.access.token + spec.host);
  return fmt::format("/v2/credentials/{}-{}-{}-{}-{}", id.substr(0, 8), id.substr(8, 4),
                     id.substr(12, 4), id.substr(16, 4), id.substr(20, 12));
}

}  // namespace

std::optional<container::ServerAccess> container_access(const Spec& spec) {
  const auto at = container::host_and_port(spec.access.server_url);
  if (isolated(spec) || !at) return std::nullopt;
  return container::ServerAccess{
      .port = static_cast<std::uint16_t>(parse_unsigned(at->second).value()),
      .credentials_path = credentials_path(spec)};
}

std::map<std::string, std::string> access_variables(const Spec& spec) {
  const auto access = container_access(spec);
  if (!access) return {};
  const bool tls = spec.access.server_url.starts_with("https");
  const std::string url = fmt::format("{}://127.0.0.1:{}", tls ? "https" : "http", access->port);
  std::map<std::string, std::string> out{
      {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", access->credentials_path},
      {"AWS_ENDPOINT_URL", url},
      {"S3_ENDPOINT_URL", url}};
  if (tls && !spec.access.ca_file.empty()) out["AWS_CA_BUNDLE"] = kAuthorityFile;
  return out;
}

}  // namespace sagebrush::agent
