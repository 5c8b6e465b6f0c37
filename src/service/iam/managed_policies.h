#pragma once

#include <string_view>

#include "service/iam/policy.h"

namespace sagebrush::service::iam {

// What an AWS-managed policy allows, as far as this server has services for it; nothing for one it
// does not know.
Policy managed_policy(std::string_view name);

}  // namespace sagebrush::service::iam
