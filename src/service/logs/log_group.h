#pragma once

#include <optional>
#include <string>

namespace sagebrush::service::logs {

// The name of the group that a request means: by logGroupName, or by logGroupIdentifier, which is
// a name or an ARN. Throws AwsError unless it has exactly one of them.
std::string log_group_of(const std::optional<std::string>& name,
                         const std::optional<std::string>& identifier);

}  // namespace sagebrush::service::logs
