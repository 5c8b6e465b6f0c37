#pragma once

#include "generated/sts/shapes/credentials.h"
#include "store/identity.h"

namespace sagebrush::service::sts {

sagebrush::sts::Credentials show(const store::Session& session);

// Whether the principal came by temporary credentials of a role.
inline bool is_assumed_role(const store::Principal& principal) {
  return principal.arn.find(":assumed-role/") != std::string::npos;
}

}  // namespace sagebrush::service::sts
