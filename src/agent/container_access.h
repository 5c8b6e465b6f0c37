#pragma once

#include <map>
#include <optional>
#include <string>

#include "agent_protocol/spec.h"
#include "container/server_relay.h"

namespace sagebrush::agent {

// How the job's container reaches the server: nullopt when it may not (EnableNetworkIsolation).
std::optional<container::ServerAccess> container_access(const agent_protocol::Spec& spec);

// The variables by which SDKs find the server and the role's keys in there; empty when they may
// not. No key is among them: a client asks for keys by the path, which only that container can
// reach.
std::map<std::string, std::string> access_variables(const agent_protocol::Spec& spec);

// Where the server's certificate authority is in the container, for a server with TLS.
inline constexpr const char* kAuthorityFile = "/opt/ml/input/config/ca.pem";

}  // namespace sagebrush::agent
