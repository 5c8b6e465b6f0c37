#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include "http/message.h"
#include "service/house.h"

namespace sagebrush::service {

inline constexpr std::string_view kRegistryPath = "/v2/";

// Answers the OCI distribution protocol, version 1.1: what docker, podman, buildah and skopeo
// speak. Every request brings Basic authentication (registry/access.h). Errors are the
// specification's JSON; nothing is thrown.
std::variant<http::Response, std::unique_ptr<http::Receiver>> begin_registry(
    House& house, std::shared_ptr<const http::Request> request);

}  // namespace sagebrush::service
