#pragma once

#include <boost/json.hpp>
#include <vector>

#include "agent_protocol/log_rule.h"

namespace sagebrush::job {

// Tags of a job whose value, found in a line of its log, says whether another attempt may help.
inline constexpr const char* kRetryOnTag = "sagebrush:retry-on";
inline constexpr const char* kNoRetryOnTag = "sagebrush:no-retry-on";

// The rules for one job: those of its tags, then the configured ones, then what everybody wants.
std::vector<agent_protocol::LogRule> log_rules_of(
    const boost::json::object& request, const std::vector<agent_protocol::LogRule>& configured);

}  // namespace sagebrush::job
